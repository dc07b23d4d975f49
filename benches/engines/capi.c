/*
 * The C library of this project, so that what the C boundary costs can be seen beside the Rust engine:
 *
 *     cargo build --release -p simdsip-capi
 *     cc -std=gnu99 -O2 -shared -fPIC -I benches -I crates/simdsip-capi/include -o capi.so benches/engines/capi.c \
 *         target/release/libsimdsip_capi.so
 *     cargo xtask bench --engine-so ./capi.so --engine simdsip,simdsip-c --class routing
 */
#include "engine.h"
#include "simdsip.h"

typedef struct simdsip_bench_out out_t;

static struct simdsip_parser *parser;
static char memory[16384];

static int prepare(uint32_t class_, size_t longest)
{
    struct simdsip_options options = SIMDSIP_SIZED(simdsip_options);
    (void)class_;
    options.message_len = longest > 65536 ? longest : 0;
    return simdsip_init(memory, sizeof memory, &options, &parser) != SIMDSIP_OK;
}

static void put_span(out_t *out, const char *key, struct simdsip_span span)
{
    if (span.ptr)
        put_bytes(out, key, span.ptr, span.len);
}

static void put_target(out_t *out, const struct simdsip_target *target)
{
    size_t scheme = (size_t)(target->rest.ptr - target->uri.ptr) - 1;
    put_bytes(out, "scheme", target->uri.ptr, scheme);
    if (target->scheme_id == SIMDSIP_SCHEME_SIP || target->scheme_id == SIMDSIP_SCHEME_SIPS) {
        put_span(out, "user", target->user);
        put_span(out, "host", target->host);
        if (target->port >= 0)
            put_number(out, "port", (uint64_t)target->port);
    } else if (target->scheme_id == SIMDSIP_SCHEME_TEL) {
        const char *end = memchr(target->rest.ptr, ';', target->rest.len);
        put_bytes(out, "number", target->rest.ptr, end ? (size_t)(end - target->rest.ptr) : target->rest.len);
    } else {
        put_span(out, "rest", target->rest);
    }
}

/* One call for all of it. With -DCALLS a call for each part, as a program makes that needs a few. */
#ifndef CALLS
static int routing(const char *bytes, size_t len, out_t *out)
{
    struct simdsip_routing_parts all;
    all.struct_size = sizeof all;
    if (simdsip_parse(parser, bytes, len, NULL) != SIMDSIP_OK || simdsip_routing(parser, &all) != SIMDSIP_OK ||
        all.bad)
        return 0;
    put_element(out, "start");
    if (all.kind == SIMDSIP_REQUEST) {
        put_span(out, "method", all.method);
        put_target(out, &all.request);
    } else {
        put_number(out, "status", all.status);
    }
    if (all.has & SIMDSIP_ROUTING_VIA) {
        put_element(out, "via");
        put_span(out, "host", all.via_host);
        if (all.via_port >= 0)
            put_number(out, "port", (uint64_t)all.via_port);
        put_span(out, "branch", all.via_branch);
    }
    if (all.has & SIMDSIP_ROUTING_FROM) {
        put_element(out, "from");
        put_target(out, &all.from);
        put_span(out, "tag", all.from_tag);
    }
    if (all.has & SIMDSIP_ROUTING_TO) {
        put_element(out, "to");
        put_target(out, &all.to);
        put_span(out, "tag", all.to_tag);
    }
    if (all.has & SIMDSIP_ROUTING_CALL_ID) {
        put_element(out, "call-id");
        put_span(out, "value", all.call_id);
    }
    if (all.has & SIMDSIP_ROUTING_CSEQ) {
        put_element(out, "cseq");
        put_number(out, "number", all.cseq);
        put_span(out, "method", all.cseq_method);
    }
    if (all.has & SIMDSIP_ROUTING_MAX_FORWARDS) {
        put_element(out, "max-forwards");
        put_number(out, "value", all.max_forwards);
    }
    if (all.has & (SIMDSIP_ROUTING_CONTACT | SIMDSIP_ROUTING_CONTACT_STAR)) {
        put_element(out, "contact");
        if (all.has & SIMDSIP_ROUTING_CONTACT)
            put_target(out, &all.contact);
        else
            put_bytes(out, "star", "*", 1);
    }
    if (all.has & SIMDSIP_ROUTING_CONTENT_TYPE) {
        put_element(out, "content-type");
        put_span(out, "type", all.content_kind);
        put_span(out, "subtype", all.content_subtype);
    }
    if (all.has & SIMDSIP_ROUTING_CONTENT_LENGTH) {
        put_element(out, "content-length");
        put_number(out, "value", all.content_length);
    }
    put_element(out, "body");
    put_number(out, "len", all.body.len);
    return 1;
}
#else
static void put_uri(out_t *out, const struct simdsip_uri_parts *uri)
{
    put_span(out, "scheme", uri->scheme);
    if (uri->scheme_id == SIMDSIP_SCHEME_SIP || uri->scheme_id == SIMDSIP_SCHEME_SIPS) {
        put_span(out, "user", uri->user);
        put_span(out, "host", uri->host);
        if (uri->port >= 0)
            put_number(out, "port", (uint64_t)uri->port);
    } else if (uri->scheme_id == SIMDSIP_SCHEME_TEL) {
        const char *end = memchr(uri->rest.ptr, ';', uri->rest.len);
        put_bytes(out, "number", uri->rest.ptr, end ? (size_t)(end - uri->rest.ptr) : uri->rest.len);
    } else {
        put_span(out, "rest", uri->rest);
    }
}

static void put_value(out_t *out, const char *header, uint32_t id)
{
    uint64_t value;
    if (simdsip_number(parser, id, &value, NULL) == SIMDSIP_OK) {
        put_element(out, header);
        put_number(out, "value", value);
    }
}

static void put_address(out_t *out, const char *header, uint32_t id)
{
    struct simdsip_name_addr_parts address;
    address.struct_size = sizeof address;
    if (simdsip_name_addr(parser, id, 0, &address, NULL) != SIMDSIP_OK)
        return;
    put_element(out, header);
    if (address.flags & SIMDSIP_ADDRESS_STAR) {
        put_bytes(out, "star", "*", 1);
        return;
    }
    put_target(out, &address.target);
    if (id != SIMDSIP_HEADER_CONTACT)
        put_span(out, "tag", address.tag);
}

static int routing(const char *bytes, size_t len, out_t *out)
{
    struct simdsip_message message;
    struct simdsip_uri_parts uri;
    struct simdsip_via_parts via;
    struct simdsip_header_field field;
    struct simdsip_cseq_parts cseq;
    struct simdsip_media_type_parts media;
    message.struct_size = sizeof message;
    uri.struct_size = sizeof uri;
    via.struct_size = sizeof via;
    field.struct_size = sizeof field;
    cseq.struct_size = sizeof cseq;
    media.struct_size = sizeof media;
    if (simdsip_parse(parser, bytes, len, NULL) != SIMDSIP_OK || simdsip_message(parser, &message) != SIMDSIP_OK)
        return 0;
    put_element(out, "start");
    if (message.kind == SIMDSIP_REQUEST) {
        put_span(out, "method", message.method);
        if (simdsip_uri(parser, message.uri, &uri, NULL) == SIMDSIP_OK)
            put_uri(out, &uri);
    } else {
        put_number(out, "status", message.status);
    }
    if (simdsip_via(parser, 0, &via, NULL) == SIMDSIP_OK) {
        put_element(out, "via");
        put_span(out, "host", via.host);
        if (via.port >= 0)
            put_number(out, "port", (uint64_t)via.port);
        put_span(out, "branch", via.branch);
    }
    put_address(out, "from", SIMDSIP_HEADER_FROM);
    put_address(out, "to", SIMDSIP_HEADER_TO);
    if (simdsip_header(parser, SIMDSIP_HEADER_CALL_ID, 0, &field) == SIMDSIP_OK) {
        put_element(out, "call-id");
        put_span(out, "value", field.value);
    }
    if (simdsip_cseq(parser, &cseq, NULL) == SIMDSIP_OK) {
        put_element(out, "cseq");
        put_number(out, "number", cseq.number);
        put_span(out, "method", cseq.method);
    }
    put_value(out, "max-forwards", SIMDSIP_HEADER_MAX_FORWARDS);
    put_address(out, "contact", SIMDSIP_HEADER_CONTACT);
    if (simdsip_content_type(parser, &media, NULL) == SIMDSIP_OK) {
        put_element(out, "content-type");
        put_span(out, "type", media.kind);
        put_span(out, "subtype", media.subtype);
    }
    put_value(out, "content-length", SIMDSIP_HEADER_CONTENT_LENGTH);
    put_element(out, "body");
    put_number(out, "len", message.body.len);
    return 1;
}
#endif

static int structure(const char *bytes, size_t len, out_t *out)
{
    struct simdsip_message message;
    struct simdsip_header_field fields[32];
    size_t i, from, count;
    (void)from, (void)count;
    message.struct_size = sizeof message;
    fields[0].struct_size = sizeof fields[0];
    if (simdsip_parse(parser, bytes, len, NULL) != SIMDSIP_OK || simdsip_message(parser, &message) != SIMDSIP_OK)
        return 0;
    put_element(out, "start");
    if (message.kind == SIMDSIP_REQUEST) {
        put_span(out, "one", message.method);
        put_span(out, "two", message.uri);
        put_span(out, "three", message.version);
    } else {
        put_span(out, "one", message.version);
        put_span(out, "two", message.status_text);
        put_span(out, "three", message.reason);
    }
#ifdef CALLS
    for (i = 0; i < message.header_count; i++) {
        simdsip_header_at(parser, i, &fields[0]);
        put_element(out, "header");
        put_span(out, "name", fields[0].name);
        put_span(out, "value", fields[0].value);
    }
#else
    for (from = 0; from < message.header_count; from += count) {
        if (simdsip_headers(parser, from, fields, 32, &count) != SIMDSIP_OK)
            return 0;
        for (i = 0; i < count; i++) {
            put_element(out, "header");
            put_span(out, "name", fields[i].name);
            put_span(out, "value", fields[i].value);
        }
    }
#endif
    put_element(out, "body");
    put_span(out, "bytes", message.body);
    return 1;
}

static int read_it(uint32_t class_, const char *bytes, size_t len, out_t *out)
{
    return class_ == SIMDSIP_BENCH_STRUCTURE ? structure(bytes, len, out) : routing(bytes, len, out);
}

static uint64_t parse(uint32_t class_, const char *bytes, size_t len)
{
    out_t out = {NULL, 1};
    return read_it(class_, bytes, len, &out) ? out.sum | 1 : 0;
}

static int emit(uint32_t class_, const char *bytes, size_t len, const struct simdsip_bench_sink *sink)
{
    out_t out = {sink, 1};
    return read_it(class_, bytes, len, &out);
}

const struct simdsip_bench_engine *simdsip_bench_engine(void)
{
    static struct simdsip_bench_engine engine = {
        SIMDSIP_BENCH_ABI,
        SIMDSIP_BENCH_STRUCTURE | SIMDSIP_BENCH_ROUTING,
#ifdef CALLS
        "simdsip-c-calls",
#else
        "simdsip-c",
#endif
        NULL,
        "c-library",
        "simdsip_parse and the functions that read what the class asks for",
        NULL,
        prepare,
        parse,
        emit,
        NULL,
    };
    engine.version = simdsip_version();
    return &engine;
}
