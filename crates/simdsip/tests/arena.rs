//! Folded values joined in an arena (feature `arena`).
#![cfg(feature = "arena")]

use bumpalo::Bump;
use simdsip::{HeaderName, Index, Parser};

#[test]
fn rfc3261_7_3_1_folds_are_joined_by_one_space_in_the_arena() {
    let bytes = b"OPTIONS sip:a SIP/2.0\r\nSubject: one\r\n\t two \r\n three\r\nServer:\r\nUser-Agent: x\r\n y\r\n  z\r\n\r\n";
    let mut index = Index::new();
    let message = Parser::default().parse(bytes, &mut index).expect("a message");
    let arena = Bump::new();
    let joined = |name| message.field(name).expect("it is there").unfolded().unfold_in(&arena);
    assert_eq!(joined(HeaderName::Subject), b"one two three");
    assert_eq!(joined(HeaderName::Server), b"");
    assert_eq!(joined(HeaderName::UserAgent), b"x y z");
    let mut appended = b"before ".to_vec();
    message.field(HeaderName::UserAgent).expect("it is there").unfolded().append_to(&mut appended);
    assert_eq!(appended, b"before x y z");
}
