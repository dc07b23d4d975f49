//! An index that held a longer message tells nothing of it.

use simdsip::{GrowIndex, HeaderName, Index, Message, Parser};

const LONG: &[u8] = b"INVITE sip:a SIP/2.0\r\nVia: 1\r\nTo: 2\r\nCall-ID: 3\r\nCSeq: 4\r\nRoute: 5\r\nAllow: 6\r\nEvent: 7\r\n\
    Date: 8\r\nServer: 9\r\nPath: 10\r\nContent-Length: 0\r\n\r\n";
const SHORT: &[u8] = b"BYE sip:b SIP/2.0\r\nVia: 1\r\nTo: 2\r\n\r\nbody";

fn check(message: &Message<'_>) {
    assert_eq!(message.headers().len(), 2);
    for name in HeaderName::ALL {
        let there = matches!(name, HeaderName::Via | HeaderName::To);
        assert_eq!(message.has(*name), there, "{name}");
        assert_eq!(message.field(*name).is_some(), there, "{name}");
        assert_eq!(message.fields(*name).count(), usize::from(there), "{name}");
    }
    assert_eq!((message.content_length(), message.body()), (Ok(None), &b"body"[..]));
}

#[test]
fn what_stood_in_the_index_before_is_gone() {
    let parser = Parser::default();
    let (mut index, mut small, mut grown) = (Index::new(), Index::<11>::sized(), GrowIndex::new());
    for _ in 0..2 {
        assert_eq!(parser.parse(LONG, &mut index).expect("a message").headers().len(), 11);
        check(&parser.parse(SHORT, &mut index).expect("a message"));
        assert_eq!(parser.parse(LONG, &mut small).expect("a message").headers().len(), 11);
        check(&parser.parse(SHORT, &mut small).expect("a message"));
        assert_eq!(parser.parse_growing(LONG, &mut grown).expect("a message").headers().len(), 11);
        check(&parser.parse_growing(SHORT, &mut grown).expect("a message"));
    }
}
