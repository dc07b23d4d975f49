/*
 * Asks every function about every message on standard input (eight hexadecimal digits of length, a line feed, bytes) and
 * prints what they say, with places in place of text. walk.rs prints the same out of the Rust library.
 *
 *     walk [ROUNDS]        more rounds print nothing more, but must not allocate more
 */
#include "simdsip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(that) \
    do { \
        if (!(that)) { \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #that); \
            exit(1); \
        } \
    } while (0)

static const char *base;
static size_t base_len;
static int quiet;

static void say(const char *word)
{
    if (!quiet)
        fputs(word, stdout);
}

static void number(const char *label, long long value)
{
    if (!quiet)
        printf(" %s%lld", label, value);
}

/* A span as offset and length in the message; `-` where it is absent. */
static void place(struct simdsip_span span)
{
    if (!span.ptr) {
        say(" -");
        return;
    }
    CHECK(span.len == 0 || (span.ptr >= base && span.ptr + span.len <= base + base_len));
    if (!quiet)
        printf(" %ld+%zu", span.len ? (long)(span.ptr - base) : 0L, span.len);
}

/* Text of the library's. */
static void text(struct simdsip_span span)
{
    if (!quiet)
        printf(" <%.*s>", (int)span.len, span.ptr ? span.ptr : "");
}

static int failed(int32_t status, const struct simdsip_error *error)
{
    if (status == SIMDSIP_OK)
        return 0;
    if (!quiet) {
        printf(" status %d", status);
        if (status == SIMDSIP_MALFORMED || status == SIMDSIP_REJECTED)
            printf(" %s %u at %zu", simdsip_error_name(error->kind), error->detail, error->at);
    }
    return 1;
}

static void params(struct simdsip_span all)
{
    struct simdsip_span name, value, again;
    size_t at = 0;
    while (simdsip_param_next(all, &at, &name, &value) == SIMDSIP_OK) {
        place(name);
        place(value);
        CHECK(simdsip_param(all, name.ptr, name.len, &again) == (name.len ? SIMDSIP_OK : SIMDSIP_ABSENT));
    }
}

static void uri(const struct simdsip_uri_parts *it)
{
    struct simdsip_host_parts host = SIMDSIP_SIZED(simdsip_host_parts);
    number("scheme ", it->scheme_id);
    number("host ", it->host.ptr && simdsip_host(it->host, &host, NULL) == SIMDSIP_OK ? host.kind : 0);
    place(it->scheme);
    place(it->rest);
    place(it->user);
    place(it->password);
    place(it->host);
    number("port ", it->port);
    place(it->params);
    place(it->headers);
}

static void via(const struct simdsip_via_parts *it)
{
    place(it->protocol);
    place(it->transport);
    place(it->host);
    number("port ", it->port);
    place(it->branch);
    place(it->received);
    number("rport ", it->rport);
    params(it->params);
}

static void address(const struct simdsip_parser *parser, const struct simdsip_name_addr_parts *it)
{
    struct simdsip_uri_parts parts = SIMDSIP_SIZED(simdsip_uri_parts);
    number("flags ", it->flags);
    place(it->display_name);
    place(it->address);
    place(it->tag);
    params(it->params);
    if (it->address.ptr && simdsip_uri(parser, it->address, &parts, NULL) == SIMDSIP_OK) {
        CHECK(!(it->flags & SIMDSIP_ADDRESS_BAD_URI));
        uri(&parts);
    } else {
        CHECK(it->flags & (SIMDSIP_ADDRESS_BAD_URI | SIMDSIP_ADDRESS_STAR));
    }
}

static void values(const struct simdsip_parser *parser)
{
    static const uint32_t addresses[] = {SIMDSIP_HEADER_FROM,         SIMDSIP_HEADER_TO,    SIMDSIP_HEADER_CONTACT,
                                         SIMDSIP_HEADER_RECORD_ROUTE, SIMDSIP_HEADER_ROUTE, SIMDSIP_HEADER_REFER_TO};
    static const uint32_t numbers[] = {SIMDSIP_HEADER_MAX_FORWARDS, SIMDSIP_HEADER_CONTENT_LENGTH,
                                       SIMDSIP_HEADER_EXPIRES, SIMDSIP_HEADER_SESSION_EXPIRES,
                                       SIMDSIP_HEADER_RETRY_AFTER};
    struct simdsip_error error = SIMDSIP_SIZED(simdsip_error);
    struct simdsip_via_parts hop = SIMDSIP_SIZED(simdsip_via_parts), hop_again = SIMDSIP_SIZED(simdsip_via_parts);
    struct simdsip_name_addr_parts who = SIMDSIP_SIZED(simdsip_name_addr_parts);
    struct simdsip_name_addr_parts who_again = SIMDSIP_SIZED(simdsip_name_addr_parts);
    struct simdsip_cseq_parts cseq = SIMDSIP_SIZED(simdsip_cseq_parts);
    struct simdsip_media_type_parts media = SIMDSIP_SIZED(simdsip_media_type_parts);
    size_t n, i;
    int32_t status;

    struct simdsip_cursor cursor = SIMDSIP_SIZED(simdsip_cursor);
    cursor.id = SIMDSIP_HEADER_VIA;
    for (n = 0; n < 200; n++) {
        struct simdsip_span element;
        say("via");
        status = simdsip_via(parser, n, &hop, &error);
        CHECK(simdsip_next(parser, &cursor, &element) == (status == SIMDSIP_MALFORMED ? SIMDSIP_OK : status));
        if (!failed(status, &error)) {
            via(&hop);
            CHECK(simdsip_via_of(parser, element, &hop_again, NULL) == SIMDSIP_OK);
            CHECK(memcmp(&hop, &hop_again, sizeof hop) == 0);
            CHECK(simdsip_via_of(NULL, element, &hop_again, NULL) == SIMDSIP_OK);
            CHECK(memcmp(&hop, &hop_again, sizeof hop) == 0);
        }
        say("\n");
        if (status == SIMDSIP_ABSENT)
            break;
    }
    for (i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct simdsip_cursor list = SIMDSIP_SIZED(simdsip_cursor);
        list.id = addresses[i];
        for (n = 0; n < 200; n++) {
            struct simdsip_span element;
            say("address");
            status = simdsip_name_addr(parser, addresses[i], n, &who, &error);
            CHECK(simdsip_next(parser, &list, &element) == (status == SIMDSIP_MALFORMED ? SIMDSIP_OK : status));
            if (!failed(status, &error)) {
                address(parser, &who);
                CHECK(simdsip_name_addr_of(parser, element, &who_again, NULL) == SIMDSIP_OK);
                CHECK(memcmp(&who, &who_again, sizeof who) == 0);
            }
            say("\n");
            if (status == SIMDSIP_ABSENT)
                break;
        }
    }
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t value = 0;
        say("number");
        if (!failed(simdsip_number(parser, numbers[i], &value, &error), &error) && !quiet)
            printf(" %llu", (unsigned long long)value);
        say("\n");
    }
    say("cseq");
    if (!failed(simdsip_cseq(parser, &cseq, &error), &error)) {
        number("", cseq.number);
        number("", cseq.method_id);
        place(cseq.method);
    }
    say("\ntype");
    if (!failed(simdsip_content_type(parser, &media, &error), &error)) {
        place(media.kind);
        place(media.subtype);
        params(media.params);
    }
    say("\n");
}

static int same_span(struct simdsip_span one, struct simdsip_span two)
{
    return one.ptr == two.ptr && one.len == two.len;
}

static int equal_targets(const struct simdsip_target *one, const struct simdsip_target *two)
{
    return memcmp(one, two, sizeof *one) == 0;
}

static int same_target(const struct simdsip_target *one, const struct simdsip_uri_parts *two)
{
    return one->scheme_id == two->scheme_id && one->port == two->port && same_span(one->rest, two->rest) &&
           same_span(one->user, two->user) && same_span(one->host, two->host);
}

static void party(const struct simdsip_parser *parser, const struct simdsip_routing_parts *all, uint32_t id,
                  uint32_t bit, const struct simdsip_target *target, const struct simdsip_span *tag)
{
    struct simdsip_name_addr_parts who = SIMDSIP_SIZED(simdsip_name_addr_parts);
    char name[65536];
    size_t len = 0;
    int32_t status = simdsip_name_addr(parser, id, 0, &who, NULL);
    if (status != SIMDSIP_OK) {
        CHECK(!(all->has & bit) && !(all->bad & bit) == (status == SIMDSIP_ABSENT));
        return;
    }
    if (who.display_name.ptr)
        CHECK(simdsip_unquote(who.display_name, name, sizeof name, &len) == SIMDSIP_OK && len <= who.display_name.len);
    if (who.flags & SIMDSIP_ADDRESS_STAR) {
        CHECK(all->has & SIMDSIP_ROUTING_CONTACT_STAR);
    } else if (who.flags & SIMDSIP_ADDRESS_BAD_URI) {
        CHECK(all->bad & bit);
    } else {
        CHECK((all->has & bit) && equal_targets(target, &who.target) && (!tag || same_span(*tag, who.tag)));
    }
}

/* What one call gives is what the others give. */
static void routed(const struct simdsip_parser *parser)
{
    struct simdsip_routing_parts all = SIMDSIP_SIZED(simdsip_routing_parts);
    struct simdsip_message message = SIMDSIP_SIZED(simdsip_message);
    struct simdsip_via_parts hop = SIMDSIP_SIZED(simdsip_via_parts);
    struct simdsip_cseq_parts cseq = SIMDSIP_SIZED(simdsip_cseq_parts);
    struct simdsip_media_type_parts media = SIMDSIP_SIZED(simdsip_media_type_parts);
    struct simdsip_uri_parts target = SIMDSIP_SIZED(simdsip_uri_parts);
    uint64_t value = 0;
    CHECK(simdsip_routing(parser, &all) == SIMDSIP_OK && simdsip_message(parser, &message) == SIMDSIP_OK);
    CHECK(all.kind == message.kind && all.status == message.status && all.method_id == message.method_id);
    CHECK(same_span(all.method, message.method) && same_span(all.body, message.body));
    if (message.uri.ptr && simdsip_uri(parser, message.uri, &target, NULL) == SIMDSIP_OK)
        CHECK((all.has & SIMDSIP_ROUTING_REQUEST_URI) && same_target(&all.request, &target));
    else
        CHECK(!(all.has & SIMDSIP_ROUTING_REQUEST_URI));
    CHECK(!(all.has & SIMDSIP_ROUTING_VIA) == (simdsip_via(parser, 0, &hop, NULL) != SIMDSIP_OK));
    if (all.has & SIMDSIP_ROUTING_VIA)
        CHECK(same_span(all.via_host, hop.host) && all.via_port == hop.port && same_span(all.via_branch, hop.branch));
    party(parser, &all, SIMDSIP_HEADER_FROM, SIMDSIP_ROUTING_FROM, &all.from, &all.from_tag);
    party(parser, &all, SIMDSIP_HEADER_TO, SIMDSIP_ROUTING_TO, &all.to, &all.to_tag);
    party(parser, &all, SIMDSIP_HEADER_CONTACT, SIMDSIP_ROUTING_CONTACT, &all.contact, NULL);
    CHECK(!(all.has & SIMDSIP_ROUTING_CSEQ) == (simdsip_cseq(parser, &cseq, NULL) != SIMDSIP_OK));
    if (all.has & SIMDSIP_ROUTING_CSEQ)
        CHECK(all.cseq == cseq.number && all.cseq_method_id == cseq.method_id &&
              same_span(all.cseq_method, cseq.method));
    CHECK(!(all.has & SIMDSIP_ROUTING_CONTENT_TYPE) == (simdsip_content_type(parser, &media, NULL) != SIMDSIP_OK));
    if (all.has & SIMDSIP_ROUTING_CONTENT_TYPE)
        CHECK(same_span(all.content_kind, media.kind) && same_span(all.content_subtype, media.subtype));
    CHECK(!(all.has & SIMDSIP_ROUTING_MAX_FORWARDS) ==
          (simdsip_number(parser, SIMDSIP_HEADER_MAX_FORWARDS, &value, NULL) != SIMDSIP_OK));
    if (all.has & SIMDSIP_ROUTING_MAX_FORWARDS)
        CHECK(all.max_forwards == value);
    CHECK(!(all.has & SIMDSIP_ROUTING_CONTENT_LENGTH) ==
          (simdsip_number(parser, SIMDSIP_HEADER_CONTENT_LENGTH, &value, NULL) != SIMDSIP_OK));
    if (all.has & SIMDSIP_ROUTING_CONTENT_LENGTH)
        CHECK(all.content_length == value);
}

static void judged(const struct simdsip_parser *parser)
{
    static const struct simdsip_span methods[] = {{"INVITE", 6}, {"ACK", 3}, {"BYE", 3}}, tags[] = {{"100rel", 6}};
    struct simdsip_defect defects[64];
    struct simdsip_defect_text words = SIMDSIP_SIZED(simdsip_defect_text);
    struct simdsip_dialog dialog = SIMDSIP_SIZED(simdsip_dialog);
    struct simdsip_error error = SIMDSIP_SIZED(simdsip_error);
    char line[200], key[4096];
    size_t count = 0, i, len = 0;
    uint32_t role, kind;
    int32_t status;

    defects[0].struct_size = sizeof defects[0];
    status = simdsip_defects(parser, defects, 64, &count);
    CHECK(status == (count > 64 ? SIMDSIP_ROOM : SIMDSIP_OK));
    for (i = 0; i < count && i < 64; i++) {
        CHECK(defects[i].struct_size == sizeof defects[i]);
        say("defect");
        number("", defects[i].code);
        number("", defects[i].class_id);
        number("", (long long)defects[i].at);
        number("", (long long)defects[i].len);
        CHECK(simdsip_defect_text(defects[i].code, &words) == SIMDSIP_OK);
        text(words.name);
        text(words.rfc);
        text(words.message);
        say("\n");
    }
    for (role = SIMDSIP_ROLE_UAS; role <= SIMDSIP_ROLE_REGISTRAR; role++) {
        struct simdsip_element element = SIMDSIP_SIZED(simdsip_element);
        struct simdsip_verdict_given given = SIMDSIP_SIZED(simdsip_verdict_given);
        element.role = role;
        element.methods = methods;
        element.method_count = 3;
        element.option_tags = tags;
        element.option_tag_count = 1;
        CHECK(simdsip_verdict(parser, &element, &given) == SIMDSIP_OK);
        say("verdict");
        number("", given.action);
        number("", given.status);
        text(given.reason);
        text(given.rfc);
        number("", given.defect);
        number("", given.placed);
        number("", (long long)given.at);
        say("\n");
    }
    CHECK(simdsip_describe(parser, line, sizeof line, &len) == SIMDSIP_OK && len <= sizeof line);
    if (!quiet)
        printf("describe %.*s\n", (int)len, line);
    CHECK(simdsip_describe(parser, line, len ? len - 1 : 0, &i) == (len ? SIMDSIP_ROOM : SIMDSIP_OK) && i == len);
    for (kind = SIMDSIP_KEY_SERVER; kind <= SIMDSIP_KEY_CANCELLED; kind++) {
        uint64_t sum = 1469598103934665603ull;
        say("key");
        status = simdsip_txn_key(parser, kind, key, sizeof key, &len, &error);
        if (status == SIMDSIP_ROOM) {
            say(" long");
        } else if (!failed(status, &error)) {
            for (i = 0; i < len; i++)
                sum = (sum ^ (unsigned char)key[i]) * 1099511628211ull;
            number("", (long long)len);
            number("", (long long)(sum >> 1));
        }
        say("\n");
    }
    say("dialog");
    if (!failed(simdsip_dialog_key(parser, SIMDSIP_RECEIVED, &dialog, &error), &error)) {
        place(dialog.call_id);
        place(dialog.local_tag);
        place(dialog.remote_tag);
    }
    say("\n");
}

static void whole(const struct simdsip_parser *parser)
{
    struct simdsip_message message = SIMDSIP_SIZED(simdsip_message);
    struct simdsip_header_field field = SIMDSIP_SIZED(simdsip_header_field), same = SIMDSIP_SIZED(simdsip_header_field);
    struct simdsip_header_field many[8];
    struct simdsip_error error = SIMDSIP_SIZED(simdsip_error);
    size_t i, n, count, given = 0;

    CHECK(simdsip_message(parser, &message) == SIMDSIP_OK);
    say("message");
    number("", message.kind);
    number("", message.method_id);
    place(message.method);
    place(message.uri);
    number("", message.status);
    number("", message.odd);
    place(message.status_text);
    place(message.reason);
    place(message.version);
    place(message.body);
    place(message.bytes);
    place(message.surplus);
    say("\n");
    count = simdsip_header_count(parser);
    CHECK(count == message.header_count);
    many[0].struct_size = sizeof many[0];
    CHECK(simdsip_headers(parser, 1, many, 8, &given) == SIMDSIP_OK && given == (count > 8 ? 8 : count ? count - 1 : 0));
    for (i = 0; i < count; i++) {
        char joined[65536];
        size_t len = 0;
        CHECK(simdsip_header_at(parser, i, &field) == SIMDSIP_OK);
        if (i > 0 && i <= given)
            CHECK(memcmp(&field, &many[i - 1], sizeof field) == 0);
        say("header");
        number("", field.id);
        number("", field.flags);
        place(field.name);
        place(field.value);
        place(field.line);
        CHECK(simdsip_unfold(field.value, joined, sizeof joined, &len) == SIMDSIP_OK && len <= field.value.len);
        number("", (long long)len);
        say("\n");
        /* The same field by its id and by its name. */
        for (n = 0;; n++) {
            CHECK(simdsip_header(parser, field.id, n, &same) == SIMDSIP_OK);
            if (same.line.ptr == field.line.ptr)
                break;
        }
        CHECK(memcmp(&same, &field, sizeof same) == 0);
        for (n = 0;; n++) {
            CHECK(simdsip_header_by_name(parser, field.name.ptr, field.name.len, n, &same) == SIMDSIP_OK);
            if (same.line.ptr == field.line.ptr)
                break;
        }
    }
    CHECK(simdsip_header_at(parser, count, &field) == SIMDSIP_ABSENT);
    if (message.uri.ptr) {
        struct simdsip_uri_parts parts = SIMDSIP_SIZED(simdsip_uri_parts);
        say("uri");
        if (!failed(simdsip_uri(parser, message.uri, &parts, &error), &error))
            uri(&parts);
        say("\n");
    }
    values(parser);
    routed(parser);
    judged(parser);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    struct simdsip_options options = SIMDSIP_SIZED(simdsip_options);
    struct simdsip_error error = SIMDSIP_SIZED(simdsip_error);
    struct simdsip_parser *parser = NULL, *streams = NULL;
    size_t size, stream_size, room = 1 << 20;
    char *bytes = malloc(room);
    void *mem, *stream_mem;
    unsigned len;

    CHECK(simdsip_abi_version() == SIMDSIP_ABI_VERSION);
    CHECK(strlen(simdsip_version()) >= 5);
    options.policy = SIMDSIP_POLICY_CAPTURE;
    options.header_count = 512;
    size = simdsip_parser_size(&options);
    mem = malloc(size);
    CHECK(simdsip_init(mem, size - 1, &options, &parser) == SIMDSIP_ROOM && !parser);
    CHECK(simdsip_init(mem, size, &options, &parser) == SIMDSIP_OK && parser);
    options.side = SIMDSIP_SIDE_SERVER;
    stream_size = simdsip_parser_size(&options);
    stream_mem = malloc(stream_size);
    CHECK(simdsip_init(stream_mem, stream_size, &options, &streams) == SIMDSIP_OK);

    while (scanf("%8x", &len) == 1) {
        int round;
        struct simdsip_frame frame = SIMDSIP_SIZED(simdsip_frame);
        CHECK(getchar() == '\n' && len <= room && fread(bytes, 1, len, stdin) == len);
        base = bytes;
        base_len = len;
        for (round = 0; round < rounds; round++) {
            int32_t status = simdsip_parse(parser, bytes, len, &error);
            quiet = round > 0;
            say("parse");
            if (!failed(status, &error)) {
                say("\n");
                whole(parser);
            } else {
                struct simdsip_message message = SIMDSIP_SIZED(simdsip_message);
                say("\n");
                CHECK(simdsip_message(parser, &message) == SIMDSIP_MISUSE);
            }
            CHECK(simdsip_framer_reset(streams) == SIMDSIP_OK);
            CHECK(simdsip_framer_next(streams, bytes, len, &frame) == SIMDSIP_OK);
            say("frame");
            number("", frame.kind);
            number("", frame.answerable);
            number("", (long long)frame.consumed);
            number("", (long long)frame.need);
            number("", frame.error_kind);
            number("", frame.error_detail);
            number("", (long long)frame.error_at);
            say("\n");
            if (frame.kind == SIMDSIP_FRAME_MESSAGE || frame.answerable)
                whole(streams);
        }
    }
    free(bytes);
    free(mem);
    free(stream_mem);
    return 0;
}
