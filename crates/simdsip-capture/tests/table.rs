//! Rows as text: every column, both formats.

mod common;

use common::{Capture, UDP, each_row};
use simdsip_capture::Options;
use simdsip_capture::table::{Columns, Csv, Jsonl, schema, schema_json};

const INVITE: &[u8] = b"INVITE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\
    f: \"=cmd()\" <sip:alice@example.com>;tag=1\r\nt: <sip:bob@example.com>\r\ni: one\r\nCSeq: 4294967295\r\n INVITE\r\n\
    Max-Forwards: 70x\r\nExpires: 120\r\nm: <sip:alice@10.0.0.1>\r\nUser-Agent: caf\xe9 \"2,0\"\r\n\
    c: application/sdp\r\nl: 4\r\n\r\nv=0\n";

fn jsonl(bytes: &[u8], columns: &str) -> String {
    let columns = Columns::parse(columns).unwrap();
    let mut capture = Capture::new();
    capture.udp(UDP, bytes);
    let (mut jsonl, mut text) = (Jsonl::new(columns), Vec::new());
    each_row(&capture.bytes, &Options::default(), |row| jsonl.row(row, &mut text));
    String::from_utf8(text).unwrap()
}

#[test]
fn a_request_in_json() {
    let names =
        "file,frame,message_in_frame,file_offset,truncated,ts,transport,encap,vlan,src,sport,dst,dport";
    assert_eq!(
        jsonl(INVITE, names),
        "{\"file\":\"made\",\"frame\":1,\"message_in_frame\":0,\"file_offset\":24,\"truncated\":false,\
         \"ts\":\"2026-11-20T07:15:18.540146007Z\",\"transport\":\"udp\",\"encap\":[],\"vlan\":[],\
         \"src\":\"10.0.0.1\",\"sport\":5060,\"dst\":\"10.0.0.2\",\"dport\":5060}\n"
    );
    let names =
        "kind,method,status,reason,uri,call_id,cseq,cseq_method,max_forwards,contact,user_agent,server";
    assert_eq!(
        jsonl(INVITE, names),
        "{\"kind\":\"request\",\"method\":\"INVITE\",\"status\":null,\"reason\":null,\
         \"uri\":\"sip:bob@example.com\",\"call_id\":\"one\",\"cseq\":4294967295,\"cseq_method\":\"INVITE\",\
         \"max_forwards\":null,\"contact\":\"<sip:alice@10.0.0.1>\",\"user_agent\":\"caf\u{fffd} \\\"2,0\\\"\",\
         \"user_agent_b64\":\"Y2Fm6SAiMiwwIg==\",\"server\":null}\n"
    );
    let names = "expires,content_type,content_length,body_len";
    assert_eq!(
        jsonl(INVITE, names),
        "{\"expires\":120,\"content_type\":\"application/sdp\",\"content_length\":4,\"body_len\":4}\n"
    );
}

#[test]
fn a_response_in_json() {
    let response =
        b"SIP/2.0 180 Ringing now\r\nSubject: a\r\n  b\r\nServer: x\r\n\ty\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(
        jsonl(response, "kind,method,status,reason,uri,server,cseq,body_len"),
        "{\"kind\":\"response\",\"method\":null,\"status\":180,\"reason\":\"Ringing now\",\"uri\":null,\
         \"server\":\"x y\",\"cseq\":null,\"body_len\":0}\n"
    );
}

#[test]
fn what_cannot_be_parsed_has_no_kind_and_one_defect() {
    let text = jsonl(b"INVITE sip:bob@example.com SIP/7.0x y\r\n\r\n", "kind,method,body_len,defects,raw");
    assert!(
        text.starts_with("{\"kind\":null,\"method\":null,\"body_len\":0,\"defects\":[{\"code\":\"error-"),
        "{text}"
    );
    assert!(text.ends_with(",\"raw\":\"INVITE sip:bob@example.com SIP/7.0x y\\r\\n\\r\\n\"}\n"), "{text}");
}

#[test]
fn a_defect_is_told_once() {
    let text = jsonl(b"OPTIONS sip:a SIP/2.0\nl: 0\nVia : x\nTo : y\n\n", "defects");
    assert_eq!(text.matches("\"bare-lf\"").count(), 1, "{text}");
    assert_eq!(text.matches("\"ws-before-colon\"").count(), 1, "{text}");
    assert!(text.contains("\"offset\":"), "{text}");
}

#[test]
fn the_hash_is_of_the_bytes_that_raw_gives() {
    let text = jsonl(INVITE, "raw_sha256");
    assert_eq!(text, format!("{{\"raw_sha256\":\"{}\"}}\n", simdsip_corpus::sha256::hex(INVITE)));
}

#[test]
fn csv_has_a_line_of_names_and_one_a_row() {
    let mut capture = Capture::new();
    capture.udp(UDP, INVITE);
    let columns = "frame,ts,src,status,method,user_agent,vlan,truncated";
    let mut csv = Csv::new(Columns::parse(columns).unwrap());
    let mut text = Vec::new();
    csv.header(&mut text);
    each_row(&capture.bytes, &Options::default(), |row| csv.row(row, &mut text));
    let expected = "frame,ts,src,status,method,user_agent,vlan,truncated\r\n\
        1,2026-11-20T07:15:18.540146007Z,10.0.0.1,,INVITE,\"caf\u{fffd} \"\"2,0\"\"\",,false\r\n";
    assert_eq!(String::from_utf8(text).unwrap(), expected);
}

#[test]
fn every_column_is_named_once_and_described() {
    let mut names: Vec<_> = schema().iter().map(|column| column.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    let mut json = Vec::new();
    schema_json(&mut json);
    let json = String::from_utf8(json).unwrap();
    for column in schema() {
        assert!(!column.doc.is_empty() && json.contains(&format!("{{\"name\":\"{}\"", column.name)));
    }
    let default: Vec<_> = Columns::default().iter().map(|column| column.name).collect();
    assert!(!default.contains(&"raw") && default.contains(&"defects"));
}
