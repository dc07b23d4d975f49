//! simdsip.h: what compilers make of it is what the library was built with.

mod common;

use std::mem::{offset_of, size_of};
use std::path::PathBuf;
use std::process::Command;

use common::{cc, here, succeeds, tool};
use simdsip_capi::*;

/// Every compiler that there is, in the dialects that are promised.
#[test]
fn the_header_compiles_as_c99_and_as_cpp11() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let text = "#include \"simdsip.h\"\nint main(void) { struct simdsip_error e = SIMDSIP_SIZED(simdsip_error); \
                return simdsip_parse(0, 0, 0, &e) == SIMDSIP_OK; }\n";
    for (compilers, end, standard) in [
        (&["gcc"][..], "c", "-std=c99"),
        (&["clang", "clang-19", "clang-18", "clang-17", "clang-14"], "c", "-std=c99"),
        (&["g++"], "cpp", "-std=c++11"),
        (&["clang++", "clang++-19", "clang++-18", "clang++-17", "clang++-14"], "cpp", "-std=c++11"),
    ] {
        let Some(compiler) = tool(compilers, &format!("simdsip.h as {standard}")) else { continue };
        let source = folder.join(format!("header.{end}"));
        std::fs::write(&source, text).unwrap();
        let strict = ["-pedantic-errors", "-Wall", "-Werror", "-fsyntax-only"];
        succeeds(
            Command::new(&compiler)
                .arg(standard)
                .args(strict)
                .arg("-I")
                .arg(here().join("include"))
                .arg(source),
        );
    }
}

/// What the README and the guide show compiles.
#[test]
fn c_of_the_documents_compiles() {
    let Some(cc) = cc() else { return };
    let block = |path: &str| {
        let text = std::fs::read_to_string(here().join("../..").join(path)).unwrap();
        text.split("```c\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    for (name, code) in [("readme", block("README.md")), ("guide", block("docs/guide/embed-in-c.md"))] {
        let source = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.c"));
        let before = "#include <simdsip.h>\n#include <stdio.h>\n#include <stdlib.h>\n\
                      int log_and_drop(const char *, size_t);\nint f(const char *datagram, size_t len);\n\
                      int f(const char *datagram, size_t len) { const char *bytes = datagram; (void)bytes;\n";
        std::fs::write(&source, format!("{before}{code}\nreturn 0; }}\n")).unwrap();
        let flags = ["-std=c99", "-Wall", "-Werror", "-pedantic-errors", "-fsyntax-only"];
        succeeds(Command::new(&cc).args(flags).arg("-I").arg(here().join("include")).arg(source));
    }
}

/// Sizes and offsets of all public structs.
macro_rules! layouts {
    ($($name:ident { $($field:ident),* })*) => {{
        let mut ours = Vec::new();
        let mut theirs = String::from("#include \"simdsip.h\"\n#include <stdio.h>\nint main(void) {\n");
        $(
            ours.push(format!("{} {}", stringify!($name), size_of::<$name>()));
            theirs += &format!("printf(\"{0} %zu\\n\", sizeof(struct {0}));\n", stringify!($name));
            $(
                ours.push(format!("{}.{} {}", stringify!($name), stringify!($field), offset_of!($name, $field)));
                theirs += &format!(
                    "printf(\"{0}.{1} %zu\\n\", offsetof(struct {0}, {1}));\n", stringify!($name), stringify!($field)
                );
            )*
        )*
        theirs += "return 0; }\n";
        (ours, theirs)
    }};
}

#[test]
fn structs_are_laid_out_as_c_sees_them() {
    let (ours, theirs) = layouts! {
        simdsip_span { ptr, len }
        simdsip_error { struct_size, kind, detail, at }
        simdsip_options { struct_size, policy, side, header_count, refuse, refuse_count, allow, allow_count, message_len,
            line_len, uri_len, mime_depth, param_count, element_count, comment_depth }
        simdsip_frame { struct_size, kind, answerable, consumed, need, error_kind, error_detail, error_at }
        simdsip_message { struct_size, kind, method_id, method, uri, status, odd, status_text, reason, version,
            header_count, body, bytes, surplus }
        simdsip_header_field { struct_size, id, flags, name, value, line }
        simdsip_uri_parts { struct_size, scheme_id, reserved, scheme, rest, user, password, host, port, params, headers }
        simdsip_host_parts { struct_size, kind, reserved, address, zone }
        simdsip_via_parts { struct_size, protocol, transport, host, port, branch, received, rport, params }
        simdsip_name_addr_parts { struct_size, flags, reserved, display_name, address, tag, params, target }
        simdsip_cseq_parts { struct_size, number, method_id, method }
        simdsip_media_type_parts { struct_size, kind, subtype, params }
        simdsip_cursor { struct_size, id, reserved, field, at }
        simdsip_defect { struct_size, code, class_id, at, len }
        simdsip_defect_text { struct_size, name, rfc, message }
        simdsip_dialog { struct_size, call_id, local_tag, remote_tag }
        simdsip_element { struct_size, role, policy, methods, method_count, schemes, scheme_count, option_tags,
            option_tag_count, body_types, body_type_count, refuse, refuse_count, allow, allow_count }
        simdsip_verdict_given { struct_size, action, status, reason, rfc, defect, placed, at }
        simdsip_added_field { name, value }
        simdsip_response { struct_size, status, flags, reason, to_tag, fields, field_count, content_type, body }
        simdsip_target { scheme_id, port, uri, rest, user, host }
        simdsip_routing_parts { struct_size, has, bad, kind, status, method_id, cseq_method_id, cseq, max_forwards,
            content_length, method, cseq_method, request, from, to, contact, from_tag, to_tag, call_id, via_transport,
            via_host, via_port, via_branch, content_kind, content_subtype, body }
    };
    let header = std::fs::read_to_string(here().join("include/simdsip.h")).unwrap();
    // No struct of the header is left out here, nor a field: a struct ends at its last one.
    for block in header.split("\nstruct simdsip_").skip(1).filter(|block| block.contains(" {\n")) {
        let (name, fields) = block.split_once(" {\n").unwrap();
        let fields = fields.split("\n};").next().unwrap();
        let count = fields.lines().filter(|line| line.trim_end().ends_with(';')).count();
        let prefix = format!("simdsip_{name}.");
        assert_eq!(
            ours.iter().filter(|line| line.starts_with(&prefix)).count(),
            count,
            "struct simdsip_{name}"
        );
    }
    // First release: nothing shrinks or moves from here on, on machines of 64 bits.
    if cfg!(target_pointer_width = "64") {
        let sizes: Vec<&str> = ours
            .iter()
            .filter(|line| !line.contains('.'))
            .filter_map(|line| line.split(' ').nth(1))
            .collect();
        assert_eq!(sizes.join(" "), SIZES);
    }
    let Some(cc) = cc() else { return };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (source, program) = (folder.join("layout.c"), folder.join("layout"));
    std::fs::write(&source, theirs).unwrap();
    succeeds(Command::new(cc).arg("-I").arg(here().join("include")).arg(source).arg("-o").arg(&program));
    let said = String::from_utf8(succeeds(&mut Command::new(program)).stdout).unwrap();
    assert_eq!(said.lines().collect::<Vec<_>>(), ours);
}

const SIZES: &str = "16 24 112 48 160 64 136 48 120 152 32 56 32 32 56 56 112 64 32 96 72 520";

/// Every function of the library is declared, and nothing else is; the same for numbers.
#[test]
fn the_header_declares_what_the_library_has() {
    let header = std::fs::read_to_string(here().join("include/simdsip.h")).unwrap();
    let (mut functions, mut constants) = (Vec::new(), Vec::new());
    for path in simdsip_corpus::files(&here().join("src")) {
        let text = std::fs::read_to_string(path).unwrap();
        for (at, _) in text.match_indices("extern \"C\" fn ") {
            let rest = &text[at + 14..];
            functions.push(rest[..rest.find('(').unwrap()].to_owned());
        }
        for line in text.lines().filter_map(|line| line.strip_prefix("pub const SIMDSIP_")) {
            let (name, rest) = line.split_once(": ").unwrap();
            let value = rest.split(" = ").nth(1).unwrap().trim_end_matches(';');
            constants.push(format!("#define SIMDSIP_{name} {value}"));
        }
    }
    assert!(functions.len() > 25 && constants.len() > 200);
    for name in &functions {
        assert_eq!(header.matches(&format!("{name}(")).count(), 1, "{name}");
    }
    let declared = header.lines().filter(|line| {
        let code = !line.starts_with([' ', '/', '#', '*']);
        code && line.contains("simdsip_") && line.contains('(')
    });
    assert_eq!(declared.count(), functions.len());
    for constant in &constants {
        assert!(header.lines().any(|line| line == constant), "{constant}");
    }
    let defined =
        header.lines().filter(|line| line.starts_with("#define SIMDSIP_") && !line.contains("_SIZED("));
    assert_eq!(defined.filter(|line| *line != "#define SIMDSIP_H").count(), constants.len());
}

/// What C calls a header is what the core calls it.
#[test]
fn numbers_are_those_of_the_core() {
    let header = std::fs::read_to_string(here().join("include/simdsip.h")).unwrap();
    let name = |text: &str| text.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let defined = |line: String| assert!(header.lines().any(|known| known == line), "{line}");
    for known in simdsip::HeaderName::ALL {
        defined(format!("#define SIMDSIP_HEADER_{} {}", name(known.as_str()), known.id()));
    }
    for (known, number) in simdsip::Method::ALL.iter().zip(1..) {
        defined(format!("#define SIMDSIP_METHOD_{known} {number}"));
    }
    for known in simdsip::DefectCode::all() {
        defined(format!("#define SIMDSIP_DEFECT_{} {}", name(known.as_str()), known.number()));
    }
    for (prefix, count) in [
        ("HEADER", simdsip::HeaderName::ALL.len() + 1), // and SIMDSIP_HEADER_FOLDED
        ("METHOD", simdsip::Method::ALL.len()),
        ("DEFECT", simdsip::DefectCode::all().count()),
    ] {
        assert_eq!(header.matches(&format!("#define SIMDSIP_{prefix}_")).count(), count, "{prefix}");
    }
}
