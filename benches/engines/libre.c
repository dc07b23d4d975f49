/*
 * libre: `sip_msg_decode`, which types the request line, first Via, From, To, CSeq and Content-Type and
 * lists the other headers; `sip_addr_decode`, `uri_params_apply` and `pl_u32` for the rest.
 */
#include "engine.h"

#include <re.h>

typedef struct simdsip_bench_out out_t;

/* One buffer for the whole run: a message keeps a reference to it and slices into it. */
static struct mbuf *buffer;

struct list_of {
    out_t *out;
    int of;
    const char *header;
    int number;
    int good;
};

static void put_pl(out_t *out, const char *key, const struct pl *value)
{
    if (value->p && value->l)
        put_bytes(out, key, value->p, value->l);
}

/* A name without `=` comes with no value; an empty value comes as one too. */
static int one_param(const struct pl *name, const struct pl *value, void *arg)
{
    struct list_of *list = arg;
    put_param(list->out, list->of, name->p, name->l, value->l ? value->p : NULL, value->l);
    return 0;
}

static void put_params(out_t *out, int of, const struct pl *params)
{
    struct list_of list = {out, of, NULL, 0, 1};
    if (!params->p || !params->l)
        return;
    if (of == SIMDSIP_BENCH_OF_URI_HEADER)
        uri_headers_apply(params, one_param, &list);
    else
        uri_params_apply(params, one_param, &list);
}

static void put_uri(out_t *out, const struct uri *uri, int all)
{
    int tel = pl_strcasecmp(&uri->scheme, "tel") == 0;
    int sip = pl_strcasecmp(&uri->scheme, "sip") == 0 || pl_strcasecmp(&uri->scheme, "sips") == 0;
    put_pl(out, "scheme", &uri->scheme);
    if (sip) {
        put_pl(out, "user", &uri->user);
        if (all)
            put_pl(out, "password", &uri->password);
        put_pl(out, "host", &uri->host);
        if (uri->port)
            put_number(out, "port", uri->port);
    } else if (uri->user.l) {
        put_joined(out, "rest", uri->user.p, uri->user.l, '@', uri->host.p, uri->host.l);
    } else {
        put_pl(out, tel ? "number" : "rest", &uri->host);
    }
    if (all) {
        put_params(out, SIMDSIP_BENCH_OF_URI, &uri->params);
        put_params(out, SIMDSIP_BENCH_OF_URI_HEADER, &uri->headers);
    }
}

static int put_number_pl(out_t *out, const char *header, const struct pl *digits)
{
    if (!pl_isset(digits))
        return 1;
    put_element(out, header);
    put_number(out, "value", pl_u32(digits));
    return 1;
}

static void put_via(out_t *out, const struct sip_via *via, int all)
{
    struct pl host = pl_null, port = pl_null;
    put_element(out, "via");
    if (all) {
        put_string(out, "version", "2.0");
        put_string(out, "transport", sip_transp_name(via->tp));
    }
    if (uri_decode_hostport(&via->sentby, &host, &port) == 0) {
        put_pl(out, "host", &host);
        if (port.l)
            put_number(out, "port", pl_u32(&port));
    }
    if (all)
        put_params(out, SIMDSIP_BENCH_OF_HEADER, &via->params);
    else
        put_pl(out, "branch", &via->branch);
}

static void put_taddr(out_t *out, const char *header, const struct sip_taddr *addr, int all)
{
    put_element(out, header);
    if (all)
        put_pl(out, "display", &addr->dname);
    put_uri(out, &addr->uri, all);
    if (all)
        put_params(out, SIMDSIP_BENCH_OF_HEADER, &addr->params);
    else
        put_pl(out, "tag", &addr->tag);
}

static int put_addr(out_t *out, const char *header, const struct pl *value, int all)
{
    struct sip_addr addr;
    if (value->l == 1 && *value->p == '*') {
        put_element(out, header);
        put_string(out, "star", "*");
        return 1;
    }
    if (sip_addr_decode(&addr, value) != 0)
        return 0;
    put_element(out, header);
    if (all)
        put_pl(out, "display", &addr.dname);
    put_uri(out, &addr.uri, all);
    if (all)
        put_params(out, SIMDSIP_BENCH_OF_HEADER, &addr.params);
    return 1;
}

static void put_start(out_t *out, const struct sip_msg *msg, size_t body, int all)
{
    put_element(out, "start");
    if (msg->req) {
        put_pl(out, "method", &msg->met);
        put_uri(out, &msg->uri, all);
    } else {
        put_number(out, "status", msg->scode);
    }
    put_element(out, "body");
    put_number(out, "len", body);
}

static void put_common(out_t *out, const struct sip_msg *msg, int all)
{
    put_element(out, "call-id");
    put_pl(out, "value", &msg->callid);
    put_element(out, "cseq");
    put_number(out, "number", msg->cseq.num);
    put_pl(out, "method", &msg->cseq.met);
    put_number_pl(out, "max-forwards", &msg->maxfwd);
    put_number_pl(out, "content-length", &msg->clen);
    if (pl_isset(&msg->ctyp.type)) {
        put_element(out, "content-type");
        put_pl(out, "type", &msg->ctyp.type);
        put_pl(out, "subtype", &msg->ctyp.subtype);
        if (all)
            put_params(out, SIMDSIP_BENCH_OF_HEADER, &msg->ctyp.params);
    }
}

static bool one_addr(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    struct list_of *list = arg;
    (void)msg;
    list->good = put_addr(list->out, list->header, &hdr->val, 1);
    return !list->good;
}

static bool one_via(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    struct list_of *list = arg;
    struct sip_via via;
    (void)msg;
    list->good = sip_via_decode(&via, &hdr->val) == 0;
    if (list->good)
        put_via(list->out, &via, 1);
    return !list->good;
}

static bool one_value(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
    struct list_of *list = arg;
    (void)msg;
    if (!hdr->val.l)
        return false;
    put_element(list->out, list->header);
    if (list->number)
        put_number(list->out, "value", pl_u32(&hdr->val));
    else
        put_pl(list->out, "value", &hdr->val);
    return false;
}

static int typed(out_t *out, const struct sip_msg *msg, size_t body)
{
    static const struct {
        enum sip_hdrid id;
        const char *header;
        int kind; /* 0 text or token, 1 number, 2 address, 3 Via */
    } known[] = {
        {SIP_HDR_VIA, "via", 3},
        {SIP_HDR_CONTACT, "contact", 2},
        {SIP_HDR_ROUTE, "route", 2},
        {SIP_HDR_RECORD_ROUTE, "record-route", 2},
        {SIP_HDR_PATH, "path", 2},
        {SIP_HDR_SERVICE_ROUTE, "service-route", 2},
        {SIP_HDR_REFER_TO, "refer-to", 2},
        {SIP_HDR_REFERRED_BY, "referred-by", 2},
        {SIP_HDR_P_ASSERTED_IDENTITY, "p-asserted-identity", 2},
        {SIP_HDR_P_ASSOCIATED_URI, "p-associated-uri", 2},
        {SIP_HDR_P_PREFERRED_IDENTITY, "p-preferred-identity", 2},
        {SIP_HDR_HISTORY_INFO, "history-info", 2},
        {SIP_HDR_EXPIRES, "expires", 1},
        {SIP_HDR_RSEQ, "rseq", 1},
        {SIP_HDR_ALLOW, "allow", 0},
        {SIP_HDR_ALLOW_EVENTS, "allow-events", 0},
        {SIP_HDR_SUPPORTED, "supported", 0},
        {SIP_HDR_REQUIRE, "require", 0},
        {SIP_HDR_USER_AGENT, "user-agent", 0},
        {SIP_HDR_SERVER, "server", 0},
        {SIP_HDR_SUBJECT, "subject", 0},
        {SIP_HDR_ORGANIZATION, "organization", 0},
    };
    put_start(out, msg, body, 1);
    put_taddr(out, "from", &msg->from, 1);
    put_taddr(out, "to", &msg->to, 1);
    put_common(out, msg, 1);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct list_of list = {out, SIMDSIP_BENCH_OF_HEADER, known[i].header, known[i].kind == 1, 1};
        sip_hdr_h *handler = known[i].kind == 3 ? one_via : known[i].kind == 2 ? one_addr : one_value;
        sip_msg_hdr_apply(msg, true, known[i].id, handler, &list);
        if (!list.good)
            return 0;
    }
    return 1;
}

static int routing(out_t *out, const struct sip_msg *msg, size_t body)
{
    const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    put_start(out, msg, body, 0);
    put_via(out, &msg->via, 0);
    put_taddr(out, "from", &msg->from, 0);
    put_taddr(out, "to", &msg->to, 0);
    put_common(out, msg, 0);
    return !contact || put_addr(out, "contact", &contact->val, 0);
}

static int work(uint32_t class_, const char *message, size_t len, out_t *out)
{
    struct sip_msg *msg = NULL;
    int good;
    /* The decoder only reads. */
    buffer->buf = (uint8_t *)(uintptr_t)message;
    buffer->size = buffer->end = len;
    buffer->pos = 0;
    good = sip_msg_decode(&msg, buffer) == 0 && pl_isset(&msg->callid) && pl_isset(&msg->cseq.met) &&
           pl_isset(&msg->via.sentby) && pl_isset(&msg->from.auri) && pl_isset(&msg->to.auri);
    if (good) {
        size_t body = buffer->end - buffer->pos;
        size_t length = pl_isset(&msg->clen) ? pl_u32(&msg->clen) : body;
        body = length < body ? length : body;
        good = class_ == SIMDSIP_BENCH_ROUTING ? routing(out, msg, body) : typed(out, msg, body);
    }
    mem_deref(msg);
    buffer->buf = NULL;
    return good;
}

static int prepare(uint32_t class_, size_t longest)
{
    (void)class_;
    (void)longest;
    if (!buffer)
        buffer = mbuf_alloc(0);
    return !buffer;
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
        .classes = SIMDSIP_BENCH_ROUTING | SIMDSIP_BENCH_TYPED,
        .name = "libre",
        .version = ENGINE_VERSION,
        .flags = "slices,regex,dynamic",
        .work = "whole message listed; start line, first Via, From, To, CSeq, Content-Type typed at once, the "
                "other headers on request",
        .types = "allow,allow-events,call-id,contact,content-length,content-type,cseq,expires,from,history-info,"
                 "max-forwards,organization,p-asserted-identity,p-associated-uri,p-preferred-identity,path,"
                 "record-route,refer-to,referred-by,require,route,rseq,server,service-route,subject,supported,to,"
                 "user-agent,via",
        .prepare = prepare,
        .parse = parse,
        .emit = emit,
        .allocations = NULL,
    };
    return &table;
}
