/*
 * GNU oSIP: `osip_message_parse`, which types at once what it knows and keeps the rest as name and
 * value; the numbers that it keeps as digits are converted here, as its user would.
 */
#include "engine.h"

#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

typedef struct simdsip_bench_out out_t;

static uint64_t allocated;

static void *counted_malloc(size_t size)
{
    allocated++;
    return malloc(size);
}

static void *counted_realloc(void *old, size_t size)
{
    allocated++;
    return realloc(old, size);
}

static void counted_free(void *old)
{
    free(old);
}

static uint64_t allocations(void)
{
    return allocated;
}

static void *item(const osip_list_t *list, osip_list_iterator_t *at, void *last)
{
    return last ? osip_list_get_next(at) : osip_list_get_first(list, at);
}

/* Every element of a list. */
#define EACH(type, name, list) \
    osip_list_iterator_t name##_at; \
    for (type *name = item(list, &name##_at, NULL); name && osip_list_iterator_has_elem(name##_at); \
         name = item(list, &name##_at, name))

static void put_digits(out_t *out, const char *key, const char *digits)
{
    if (digits)
        put_number(out, key, strtoull(digits, NULL, 10));
}

static void put_list(out_t *out, int of, const osip_list_t *list)
{
    EACH(osip_uri_param_t, param, list)
        put_param(out, of, param->gname, strlen(param->gname), param->gvalue,
                  param->gvalue ? strlen(param->gvalue) : 0);
}

static void put_uri(out_t *out, const osip_uri_t *uri, int all)
{
    if (!uri)
        return;
    if (!uri->scheme) {
        return;
    }
    put_string(out, "scheme", uri->scheme);
    if (uri->string) {
        /* Not sip or sips: one string. A telephone number ends where its parameters begin. */
        int tel = strcasecmp(uri->scheme, "tel") == 0;
        size_t len = tel ? strcspn(uri->string, ";") : strlen(uri->string);
        put_bytes(out, tel ? "number" : "rest", uri->string, len);
        for (const char *at = uri->string + len; all && *at == ';';) {
            size_t next = strcspn(++at, ";");
            const char *equals = memchr(at, '=', next);
            size_t name = equals ? (size_t)(equals - at) : next;
            put_param(out, SIMDSIP_BENCH_OF_URI, at, name, equals ? equals + 1 : NULL,
                      equals ? next - name - 1 : 0);
            at += next;
        }
        return;
    }
    put_string(out, "user", uri->username);
    if (all)
        put_string(out, "password", uri->password);
    put_string(out, "host", uri->host);
    put_digits(out, "port", uri->port);
    if (all) {
        put_list(out, SIMDSIP_BENCH_OF_URI, &uri->url_params);
        put_list(out, SIMDSIP_BENCH_OF_URI_HEADER, &uri->url_headers);
    }
}

static void put_address(out_t *out, const char *header, const osip_from_t *from, int all)
{
    put_element(out, header);
    /* `Contact: *` is a display name here. */
    if (!from->url) {
        if (from->displayname && strcmp(from->displayname, "*") == 0)
            put_string(out, "star", "*");
        return;
    }
    if (all && from->displayname && *from->displayname)
        put_string(out, "display", from->displayname);
    put_uri(out, from->url, all);
    if (all)
        put_list(out, SIMDSIP_BENCH_OF_HEADER, &from->gen_params);
}

static void put_tag(out_t *out, osip_from_t *from)
{
    osip_generic_param_t *tag = NULL;
    if (osip_from_get_tag(from, &tag) == 0 && tag)
        put_string(out, "tag", tag->gvalue);
}

static void put_value(out_t *out, const char *header, const char *value)
{
    if (!value || !*value)
        return;
    put_element(out, header);
    put_string(out, "value", value);
}

/* A Call-ID is kept in two parts. */
static void put_call_id(out_t *out, const osip_call_id_t *id)
{
    put_element(out, "call-id");
    if (id->host)
        put_joined(out, "value", id->number, strlen(id->number), '@', id->host, strlen(id->host));
    else
        put_string(out, "value", id->number);
}

static void put_media(out_t *out, const char *header, const osip_content_type_t *type, int all)
{
    if (!type->type || !*type->type)
        return;
    put_element(out, header);
    put_string(out, "type", type->type);
    put_string(out, "subtype", type->subtype);
    if (all)
        put_list(out, SIMDSIP_BENCH_OF_HEADER, &type->gen_params);
}

static void put_start(out_t *out, const osip_message_t *sip, int all)
{
    size_t len = 0;
    put_element(out, "start");
    if (MSG_IS_REQUEST(sip)) {
        put_string(out, "method", sip->sip_method);
        put_uri(out, sip->req_uri, all);
    } else {
        put_number(out, "status", (uint64_t)sip->status_code);
    }
    EACH(osip_body_t, body, &sip->bodies)
        len += body->length;
    put_element(out, "body");
    put_number(out, "len", len);
}

static void put_cseq(out_t *out, const osip_cseq_t *cseq)
{
    put_element(out, "cseq");
    put_digits(out, "number", cseq->number);
    put_string(out, "method", cseq->method);
}

static void put_length(out_t *out, const osip_message_t *sip)
{
    if (sip->content_length) {
        put_element(out, "content-length");
        put_digits(out, "value", sip->content_length->value);
    }
}

static void routing(out_t *out, osip_message_t *sip)
{
    osip_via_t *via = osip_list_get(&sip->vias, 0);
    osip_contact_t *contact = osip_list_get(&sip->contacts, 0);
    osip_generic_param_t *branch = NULL;
    osip_header_t *hops = NULL;
    put_start(out, sip, 0);
    put_element(out, "via");
    put_string(out, "host", via->host);
    put_digits(out, "port", via->port);
    if (osip_via_param_get_byname(via, (char *)"branch", &branch) == 0 && branch)
        put_string(out, "branch", branch->gvalue);
    put_address(out, "from", sip->from, 0);
    put_tag(out, sip->from);
    put_address(out, "to", sip->to, 0);
    put_tag(out, sip->to);
    put_call_id(out, sip->call_id);
    put_cseq(out, sip->cseq);
    if (osip_message_header_get_byname(sip, "max-forwards", 0, &hops) >= 0 && hops) {
        put_element(out, "max-forwards");
        put_digits(out, "value", hops->hvalue);
    }
    if (contact)
        put_address(out, "contact", contact, 0);
    if (sip->content_type)
        put_media(out, "content-type", sip->content_type, 0);
    put_length(out, sip);
}

static void put_named(out_t *out, const char *name, const char *value)
{
    if (value)
        put_param(out, SIMDSIP_BENCH_OF_HEADER, name, strlen(name), value, strlen(value));
}

static void put_credentials(out_t *out, const char *header, const osip_list_t *list)
{
    EACH(osip_authorization_t, auth, list)
    {
        put_element(out, header);
        put_string(out, "auth-scheme", auth->auth_type);
        put_named(out, "username", auth->username);
        put_named(out, "realm", auth->realm);
        put_named(out, "nonce", auth->nonce);
        put_named(out, "uri", auth->uri);
        put_named(out, "response", auth->response);
        put_named(out, "algorithm", auth->algorithm);
        put_named(out, "cnonce", auth->cnonce);
        put_named(out, "opaque", auth->opaque);
        put_named(out, "qop", auth->message_qop);
        put_named(out, "nc", auth->nonce_count);
    }
}

static void put_challenges(out_t *out, const char *header, const osip_list_t *list)
{
    EACH(osip_www_authenticate_t, auth, list)
    {
        put_element(out, header);
        put_string(out, "auth-scheme", auth->auth_type);
        put_named(out, "realm", auth->realm);
        put_named(out, "domain", auth->domain);
        put_named(out, "nonce", auth->nonce);
        put_named(out, "opaque", auth->opaque);
        put_named(out, "stale", auth->stale);
        put_named(out, "algorithm", auth->algorithm);
        put_named(out, "qop", auth->qop_options);
    }
}

/* What it keeps as name and value, where the value is one text, token or number. */
static void put_header(out_t *out, const osip_header_t *header)
{
    static const struct {
        const char *name, *compact;
        int number;
    } known[] = {
        {"max-forwards", "", 1}, {"expires", "", 1},      {"user-agent", "", 0}, {"server", "", 0},
        {"subject", "s", 0},     {"organization", "", 0}, {"supported", "k", 0}, {"require", "", 0},
        {"proxy-require", "", 0}, {"allow-events", "u", 0}, {"rseq", "", 1},      {"sip-if-match", "", 0},
        {"in-reply-to", "", 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcasecmp(header->hname, known[i].name) != 0 && strcasecmp(header->hname, known[i].compact) != 0)
            continue;
        if (!known[i].number) {
            put_value(out, known[i].name, header->hvalue);
        } else if (header->hvalue) {
            put_element(out, known[i].name);
            put_digits(out, "value", header->hvalue);
        }
        return;
    }
}

static void typed(out_t *out, osip_message_t *sip)
{
    put_start(out, sip, 1);
    EACH(osip_via_t, via, &sip->vias)
    {
        put_element(out, "via");
        put_string(out, "version", via->version);
        put_string(out, "transport", via->protocol);
        put_string(out, "host", via->host);
        put_digits(out, "port", via->port);
        put_list(out, SIMDSIP_BENCH_OF_HEADER, &via->via_params);
    }
    put_address(out, "from", sip->from, 1);
    put_address(out, "to", sip->to, 1);
    EACH(osip_contact_t, contact, &sip->contacts)
        put_address(out, "contact", contact, 1);
    EACH(osip_route_t, route, &sip->routes)
        put_address(out, "route", route, 1);
    EACH(osip_record_route_t, record, &sip->record_routes)
        put_address(out, "record-route", record, 1);
    put_call_id(out, sip->call_id);
    put_cseq(out, sip->cseq);
    put_length(out, sip);
    if (sip->content_type)
        put_media(out, "content-type", sip->content_type, 1);
    EACH(osip_accept_t, accept, &sip->accepts)
        put_media(out, "accept", accept, 1);
    EACH(osip_allow_t, allow, &sip->allows)
        put_value(out, "allow", allow->value);
    EACH(osip_accept_language_t, language, &sip->accept_languages)
    {
        put_element(out, "accept-language");
        put_string(out, "value", language->element);
        put_list(out, SIMDSIP_BENCH_OF_HEADER, &language->gen_params);
    }
    put_credentials(out, "authorization", &sip->authorizations);
    put_credentials(out, "proxy-authorization", &sip->proxy_authorizations);
    put_challenges(out, "www-authenticate", &sip->www_authenticates);
    put_challenges(out, "proxy-authenticate", &sip->proxy_authenticates);
    EACH(osip_header_t, header, &sip->headers)
        put_header(out, header);
}

/* The message into `written`, the one buffer that osip itself makes; how many bytes. */
static char *written;

static size_t write_out(osip_message_t *sip)
{
    size_t len = 0;
    osip_free(written);
    written = NULL;
    osip_message_force_update(sip);
    return osip_message_to_str(sip, &written, &len) == 0 ? len : 0;
}

static size_t forward(osip_message_t *sip)
{
    struct simdsip_bench_out out = {NULL, 1};
    volatile uint64_t sum;
    osip_via_t *via;
    routing(&out, sip);
    sum = out.sum;
    (void)sum;
    if (MSG_IS_REQUEST(sip)) {
        osip_header_t *hops = NULL;
        char left[24] = "70";
        if (osip_message_header_get_byname(sip, "max-forwards", 0, &hops) >= 0 && hops) {
            unsigned long count = strtoul(hops->hvalue, NULL, 10);
            if (count == 0)
                return 0;
            snprintf(left, sizeof left, "%lu", count - 1);
            osip_free(hops->hvalue);
            hops->hvalue = osip_strdup(left);
        } else {
            osip_message_set_header(sip, "Max-Forwards", left);
        }
        if (osip_via_init(&via) != 0 || osip_via_parse(via, SIMDSIP_BENCH_VIA) != 0)
            return 0;
        osip_list_add(&sip->vias, via, 0);
    } else {
        via = osip_list_get(&sip->vias, 0);
        osip_list_remove(&sip->vias, 0);
        osip_via_free(via);
    }
    return write_out(sip);
}

static size_t build(const osip_message_t *request)
{
    osip_message_t *sip = NULL;
    osip_generic_param_t *tag = NULL;
    size_t len = 0;
    if (!MSG_IS_REQUEST(request) || strcmp(request->sip_method, "INVITE") != 0 || osip_message_init(&sip) != 0)
        return 0;
    osip_message_set_version(sip, osip_strdup("SIP/2.0"));
    osip_message_set_status_code(sip, 200);
    osip_message_set_reason_phrase(sip, osip_strdup("OK"));
    if (osip_to_clone(request->to, &sip->to) == 0 && osip_from_clone(request->from, &sip->from) == 0 &&
        osip_list_clone(&request->vias, &sip->vias, (int (*)(void *, void **))osip_via_clone) == 0 &&
        osip_call_id_clone(request->call_id, &sip->call_id) == 0 &&
        osip_cseq_clone(request->cseq, &sip->cseq) == 0 &&
        osip_list_clone(&request->record_routes, &sip->record_routes,
                        (int (*)(void *, void **))osip_record_route_clone) == 0) {
        osip_to_get_tag(sip->to, &tag);
        if (!tag)
            osip_to_set_tag(sip->to, osip_strdup(SIMDSIP_BENCH_TAG));
        len = write_out(sip);
    }
    osip_message_free(sip);
    return len;
}

static int work(uint32_t class_, const char *message, size_t len, out_t *out)
{
    osip_message_t *sip = NULL;
    int good;
    if (osip_message_init(&sip) != 0)
        return 0;
    good = osip_message_parse(sip, message, len) == 0 && osip_list_size(&sip->vias) > 0 && sip->from && sip->to &&
           sip->call_id && sip->cseq;
    if (good && (class_ == SIMDSIP_BENCH_FORWARD || class_ == SIMDSIP_BENCH_BUILD)) {
        size_t made = class_ == SIMDSIP_BENCH_FORWARD ? forward(sip) : build(sip);
        good = made > 0;
        put_element(out, "message");
        put_bytes(out, "bytes", made ? written : "", made);
    } else if (good) {
        if (class_ == SIMDSIP_BENCH_ROUTING)
            routing(out, sip);
        else
            typed(out, sip);
    }
    osip_message_free(sip);
    return good;
}

static int prepare(uint32_t class_, size_t longest)
{
    static int ready;
    (void)class_;
    (void)longest;
    if (!ready) {
        osip_set_allocators(counted_malloc, counted_realloc, counted_free);
        ready = parser_init() == 0;
    }
    return !ready;
}

static uint64_t parse(uint32_t class_, const char *message, size_t len)
{
    struct simdsip_bench_out out = {NULL, 1};
    return work(class_, message, len, &out) ? out.sum | 1u : 0;
}

static int emit(uint32_t class_, const char *message, size_t len, const struct simdsip_bench_sink *sink)
{
    struct simdsip_bench_out out = {sink, 1};
    return work(class_, message, len, &out);
}

const struct simdsip_bench_engine *simdsip_bench_engine(void)
{
    static const struct simdsip_bench_engine table = {
        .abi = SIMDSIP_BENCH_ABI,
        .classes = SIMDSIP_BENCH_ROUTING | SIMDSIP_BENCH_TYPED | SIMDSIP_BENCH_FORWARD | SIMDSIP_BENCH_BUILD,
        .name = "osip2",
        .version = ENGINE_VERSION,
        .flags = "copies,eager,dynamic",
        .work = "whole message parsed, every header that it knows typed at once; digits converted here",
        .types = "accept,accept-language,allow,allow-events,authorization,call-id,contact,content-length,"
                 "content-type,cseq,expires,from,in-reply-to,max-forwards,organization,proxy-authenticate,"
                 "proxy-authorization,proxy-require,record-route,require,route,rseq,server,sip-if-match,subject,"
                 "supported,to,user-agent,via,www-authenticate",
        .prepare = prepare,
        .parse = parse,
        .emit = emit,
        .allocations = allocations,
    };
    return &table;
}
