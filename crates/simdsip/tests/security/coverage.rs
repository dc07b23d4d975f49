//! Each advisory of the collection, and what covers it.

use std::collections::BTreeSet;

use simdsip_corpus::{regress, root};

/// What covers a case.
enum By {
    /// Tests, as `file::name` under crates/simdsip/tests or, with the crate before it, crates; and cases, as the
    /// beginning of a file name in corpus/regress.
    Tests(&'static [&'static str], &'static [&'static str]),
    /// A part that is yet to come, which has what broke.
    Later(&'static str),
}

use By::{Later, Tests};

const LENGTHS: &[&str] = &[
    "security/numbers.rs::every_numeric_field_gives_the_number_or_an_error",
    "hazards/message.rs::hazard_13_content_length_of_streams",
];
const PREFIXES: &[&str] = &[
    "guard_page.rs::no_typed_view_of_any_prefix_reads_beyond_its_end",
    "guard_page.rs::no_prefix_of_any_corpus_message_is_read_beyond_its_end",
    "security/sizes.rs::values_cut_off_anywhere_are_read_up_to_there",
];
const PROGRESS: &[&str] = &[
    "typed_views/linear.rs::every_shape_reads_every_run_in_linear_time",
    "security/exhaustive.rs::every_short_value_is_read_or_shows_why_not",
];
const TWICE: &[&str] = &["security/values.rs::repeated_singletons_are_refused_and_each_keeps_its_place"];
const LONG: &[&str] = &[
    "security/sizes.rs::a_token_of_64_kib_in_every_field_is_whole_or_over_the_limit",
    "security/sizes.rs::keys_of_long_parts_are_not_cut",
];
const STRAY: &[&str] = &["security/sizes.rs::stray_bytes_at_every_offset_of_every_value_show"];
const REGRESS: &[&str] = &["regress.rs::as_a_datagram_each_case_is_what_it_is_owed"];

/// By the `id` of the collection.
const CASES: [(&str, By); 69] = [
    ("CVE-2022-31001 GHSA-79jq-hh82-cv9g", Tests(PREFIXES, &["sofia-31001"])),
    (
        "CVE-2022-31002 GHSA-g3x6-p824-x6hm",
        Tests(
            &[
                "security/values.rs::percent_signs_at_the_end_are_themselves",
                "guard_page.rs::no_value_that_stands_alone_is_read_beyond_its_end",
            ],
            &["sofia-31002"],
        ),
    ),
    (
        "CVE-2022-31003 GHSA-8w5j-6g2j-pxcp",
        Tests(&["security/sdp.rs::descriptions_that_end_within_a_line"], &[]),
    ),
    ("CVE-2023-22741, CVE-2023-32307", Later("STUN is not read by this part")),
    (
        "CVE-2022-47516",
        Tests(
            &[
                "identity.rs::emit_of_what_was_parsed_is_the_identity",
                "verdict.rs::rfc4475_49_of_49_in_strict_for_each_role",
            ],
            &[],
        ),
    ),
    (
        "none (git 17aaa40)",
        Tests(&["security/values.rs::every_day_of_130_years_has_its_seconds"], &["sofia-17aaa40"]),
    ),
    ("CVE-2022-21723 GHSA-7fw8-54cv-r7pm", Tests(REGRESS, &["pjsip-21723"])),
    ("GHSA-x5pq-qrp4-fmrj", Tests(REGRESS, &["pjsip-x5pq"])),
    ("pjsip#2017 (AST-2017-003)", Tests(REGRESS, &["pjsip-2017"])),
    ("(advisory 568be8ec2)", Tests(REGRESS, &["pjsip-568be8e"])),
    ("pjsip#1147", Tests(REGRESS, &["pjsip-1147"])),
    ("pjsip#2016 (AST-2017-002)", Tests(LONG, &["pjsip-2016"])),
    (
        "pjsip#2093 (AST-2018-002)",
        Tests(&["security/sdp.rs::numbers_of_media_lines_at_the_edges_of_every_width"], &[]),
    ),
    ("pjsip#2092 (AST-2018-003)", Tests(STRAY, &["pjsip-2092"])),
    (
        "GHSA-f5qg-pqcg-765m CVE-2022-24764",
        Tests(&["security/sdp.rs::what_is_written_fits_or_is_refused"], &[]),
    ),
    ("GHSA-fq45-m3f7-3mhj (CVE-2022-39244 from memory)", Tests(PREFIXES, &[])),
    (
        "GHSA-hvq6-f89p-frvp (CVE-2021-21375)",
        Tests(&["offer/rules.rs::an_answer_that_fails_spoils_no_later_one"], &[]),
    ),
    (
        "(2026-06 advisory 673b978aa)",
        Tests(&["security/sdp.rs::payload_types_outside_seven_bits_are_told_and_never_cut"], &[]),
    ),
    ("(2026-06 advisory d6a0e7f76)", Tests(&["security/sdp.rs::what_is_written_fits_or_is_refused"], &[])),
    ("pjsip#4863", Tests(LENGTHS, &["pjsip-4863"])),
    ("pjsip#4912", Tests(&["simdsip-auth/tests/refused.rs::keys_of_any_other_length_are_refused"], &[])),
    ("CVE-2022-24754", Tests(&["simdsip-auth/tests/refused.rs::keys_of_any_other_length_are_refused"], &[])),
    (
        "pjsip#3432",
        Tests(&["security/values.rs::addresses_of_nearly_nothing_are_errors_with_a_place"], &["pjsip-3432"]),
    ),
    (
        "CVE-2023-28098 GHSA-jrqg-vppj-hr2h",
        Tests(&["security/values.rs::credentials_cut_off_anywhere_keep_what_is_whole"], &["opensips-28098"]),
    ),
    (
        "GHSA-wxfg-3gwh-rhvx",
        Tests(
            &[
                "security/values.rs::a_via_without_its_parts_is_an_error",
                "security/exhaustive.rs::every_short_value_is_read_or_shows_why_not",
            ],
            &["opensips-wxfg"],
        ),
    ),
    (
        "GHSA-qvj2-vqrg-f5jx",
        Tests(
            &[
                "security/values.rs::parameters_of_to_without_name_value_or_quote",
                "security/exhaustive.rs::every_short_value_is_read_or_shows_why_not",
            ],
            &["opensips-qvj2"],
        ),
    ),
    ("GHSA-7pf3-24qg-8v9h", Tests(TWICE, &["opensips-7pf3"])),
    ("GHSA-c6j5-f4h4-2xrq", Tests(LENGTHS, &["opensips-c6j5"])),
    (
        "GHSA-358f-935m-7p9c",
        Tests(
            &["security/exhaustive.rs::every_short_uri_is_its_parts_or_an_error_in_place"],
            &["opensips-358f"],
        ),
    ),
    (
        "GHSA-67w7/xj5x/3ghx",
        Tests(&["sdp/edits.rs::payload_types_go_with_what_is_said_of_them_and_nothing_else"], &[]),
    ),
    (
        "OpenSIPS audit 2021",
        Tests(&["security/sdp.rs::attributes_without_a_name_or_half_of_their_value"], &[]),
    ),
    ("GHSA-hx7p-6j27-gjpv", Tests(REGRESS, &["opensips-hx7p"])),
    (
        "GHSA-f7wm-6cwv-4q46 / GHSA-qr87-6xwg-29p3",
        Tests(&["security/values.rs::an_identity_without_info_or_end"], &["opensips-f7wm"]),
    ),
    (
        "GHSA-w522-9gcp-274p",
        Tests(&["security/sizes.rs::ten_thousand_rows_are_all_there"], &["opensips-w522"]),
    ),
    ("GHSA-5w5j/ggff/x5hj/prfg (2026-08)", Tests(LONG, &["opensips-5w5j"])),
    ("OSS-Fuzz 39800/39802/41073/44887/52112/53080", Tests(PREFIXES, &["opensips-39802", "opensips-44887"])),
    (
        "OpenSIPS#2285",
        Tests(&["security/values.rs::quotes_and_brackets_count_where_they_stand"], &["opensips-2285"]),
    ),
    (
        "CVE-2018-14767",
        Tests(
            &["security/values.rs::parameters_of_to_without_name_value_or_quote", TWICE[0]],
            &["kamailio-14767"],
        ),
    ),
    (
        "CVE-2018-16657",
        Tests(&["security/values.rs::a_via_without_its_parts_is_an_error"], &["kamailio-16657"]),
    ),
    ("CVE-2018-8828 (from memory)", Tests(LONG, &["kamailio-8828"])),
    ("CVE-2020-27507", Tests(TWICE, &["kamailio-27507"])),
    (
        "CVE-2020-28361 (from memory)",
        Tests(
            &["security/values.rs::no_byte_but_white_space_may_stand_before_the_colon"],
            &["kamailio-28361"],
        ),
    ),
    ("kamailio#4930", Tests(&["security/values.rs::an_identity_without_info_or_end"], &["kamailio-4930"])),
    ("kamailio 8f7b0b049a d7a7f22b84", Tests(REGRESS, &["kamailio-8f7b"])),
    ("kamailio#4204 #2503 #2044", Tests(PREFIXES, &["kamailio-4204", "kamailio-2503", "kamailio-2044"])),
    ("kamailio#4920", Tests(LONG, &["kamailio-4920"])),
    (
        "AST-2016-009",
        Tests(
            &["security/values.rs::no_byte_but_white_space_may_stand_before_the_colon"],
            &["asterisk-ast-2016-009"],
        ),
    ),
    ("CVE-2026-57191", Later("bodies of message-summary are not read by this part")),
    (
        "CVE-2021-33056",
        Tests(&["security/values.rs::addresses_of_nearly_nothing_are_errors_with_a_place"], &["belle-33056"]),
    ),
    (
        "CVE-2021-43610",
        Tests(&["security/values.rs::addresses_of_nearly_nothing_are_errors_with_a_place"], &["belle-43610"]),
    ),
    (
        "CVE-2021-43611",
        Tests(&["security/values.rs::backslashes_before_a_quote_are_counted"], &["belle-43611"]),
    ),
    ("belle 000407e9", Tests(&["security/sdp.rs::attributes_without_a_name_or_half_of_their_value"], &[])),
    ("CVE-2017-11521", Tests(&["security/sdp.rs::media_descriptions_are_counted"], &[])),
    (
        "resip#478",
        Tests(&["simdsip-capture/src/packet/ws.rs::any_cut_gives_the_same_messages"], &["resip-478"]),
    ),
    ("resip#403", Tests(&["security/values.rs::quotes_and_brackets_count_where_they_stand"], &["resip-403"])),
    ("CVE-2026-23457", Tests(LENGTHS, &["linux-23457"])),
    ("GHSA-j5j8-rhcm-7fp9", Tests(LENGTHS, &["sipsorcery-j5j8"])),
    ("envoy#45362", Tests(LENGTHS, &["envoy-45362"])),
    ("sems#543 #553", Tests(&[TWICE[0], "hazards/field.rs::hazard_17_cseq"], &["sems-543"])),
    ("sngrep#541 #550", Tests(&["hazards/field.rs::hazard_43_warnings"], &["sngrep-541"])),
    ("sngrep#512 #327 #328", Tests(LONG, &["sngrep-512"])),
    (
        "CVE-2026-0826 / linphone-sdk#585",
        Tests(&["security/sdp.rs::fields_longer_than_any_buffer_are_whole"], &[]),
    ),
    ("gpac#2162", Tests(&["security/sdp.rs::fields_longer_than_any_buffer_are_whole"], &[])),
    ("freeswitch#1518", Tests(STRAY, &["freeswitch-1518"])),
    ("siphon PR#237", Tests(&["regress.rs::as_a_stream_each_case_gives_what_it_is_owed"], &["siphon-237"])),
    (
        "sipgo#357",
        Tests(
            &[
                "regress.rs::as_a_stream_each_case_gives_what_it_is_owed",
                "hazards/message.rs::hazard_11_leading_crlf",
            ],
            &["sipgo-357"],
        ),
    ),
    ("jain#195", Tests(&["regress.rs::as_a_stream_each_case_gives_what_it_is_owed"], &["jain-195"])),
    ("php-sip#21", Tests(PROGRESS, &["php-sip-21"])),
    ("pkts#110", Tests(PROGRESS, &["pkts-110"])),
];

#[test]
fn each_of_the_69_cases_is_covered_or_belongs_to_a_later_part() {
    let crates = root().join("../crates");
    let files: Vec<String> =
        regress::cases().expect("corpus/regress is there").into_iter().map(|case| case.file).collect();
    let mut later = 0;
    for (id, by) in &CASES {
        match by {
            Later(why) => {
                println!("SKIP {id}: {why}");
                later += 1;
            }
            Tests(names, starts) => {
                println!("{id}: {} {}", names.join(" "), starts.join(" "));
                assert!(!names.is_empty(), "{id}");
                for name in *names {
                    let (file, function) = name.split_once("::").expect("file::name");
                    let file = if file.starts_with("simdsip-") {
                        file.into()
                    } else {
                        format!("simdsip/tests/{file}")
                    };
                    let source = std::fs::read_to_string(crates.join(&file)).expect(&file);
                    let test = format!("#[test]\nfn {function}()");
                    let inner = test.replace('\n', "\n    ");
                    assert!(source.contains(&test) || source.contains(&inner), "{name}");
                }
                for start in *starts {
                    assert!(files.iter().any(|file| file.starts_with(start)), "{id}: {start}");
                }
            }
        }
    }
    println!("{} covered, {later} later", CASES.len() - later);
    assert_eq!(later, 2);
}

/// The table has the ids of the collection, where that is at hand.
#[test]
fn the_table_is_that_of_the_collection() {
    let Some(shared) = simdsip_corpus::shared_or_skip("the ids of research/security_cases.csv") else {
        return;
    };
    let text = std::fs::read_to_string(shared.join("research/security_cases.csv")).expect("a table");
    let ids: BTreeSet<String> = text
        .lines()
        .skip(1)
        .map(|line| match line.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or(quoted).to_owned(),
            None => line.split(',').next().unwrap_or(line).to_owned(),
        })
        .collect();
    let ours: BTreeSet<String> = CASES.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(ours, ids);
}
