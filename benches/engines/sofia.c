/*
 * sofia-sip: `msg_make` with the default class of SIP messages, which types every header it knows, once
 * and eagerly; the fields are read from the structures. It has no shallower parse, so that `routing`
 * costs what `typed` costs, less the reading.
 */
#include "engine.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mime.h>
#include <sofia-sip/msg_parser.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/url.h>
#include <stdio.h>

typedef struct simdsip_bench_out out_t;

static void put_text(out_t *out, const char *key, const char *value, size_t len)
{
    put_bytes(out, key, value, len);
}

/* `name=value;name` as one string, after its first separator. */
static void cut_params(out_t *out, int of, const char *text, char separator)
{
    while (text && *text) {
        size_t len = strcspn(text, separator == '&' ? "&" : ";");
        const char *equals = memchr(text, '=', len);
        if (len) {
            if (equals)
                put_param(out, of, text, (size_t)(equals - text), equals + 1, len - (size_t)(equals + 1 - text));
            else
                put_param(out, of, text, len, NULL, 0);
        }
        text += len;
        if (*text)
            text++;
    }
}

/* Parameters are kept as `name=value` strings, quotes and all. */
static void put_params(out_t *out, msg_param_t const *params)
{
    for (; params && *params; params++) {
        const char *equals = strchr(*params, '=');
        if (equals)
            put_param(out, SIMDSIP_BENCH_OF_HEADER, *params, (size_t)(equals - *params), equals + 1,
                      strlen(equals + 1));
        else
            put_param(out, SIMDSIP_BENCH_OF_HEADER, *params, strlen(*params), NULL, 0);
    }
}

/* Nonzero: a number that is one. */
static int put_digits(out_t *out, const char *key, const char *digits)
{
    uint64_t value = 0;
    if (!digits || !*digits)
        return 0;
    for (; *digits >= '0' && *digits <= '9'; digits++)
        value = value * 10 + (uint64_t)(*digits - '0');
    if (!*digits)
        put_number(out, key, value);
    return !*digits;
}

static void put_url(out_t *out, url_t const *url, int all)
{
    if (url->url_type == url_any) {
        put_text(out, "star", "*", 1);
        return;
    }
    put_string(out, "scheme", url->url_scheme);
    if (url->url_type == url_sip || url->url_type == url_sips) {
        put_string(out, "user", url->url_user);
        if (all)
            put_string(out, "password", url->url_password);
        put_string(out, "host", url->url_host);
        put_digits(out, "port", url->url_port);
    } else if (url->url_type == url_tel) {
        put_string(out, "number", url->url_user ? url->url_user : url->url_host);
    } else {
        /* Of an opaque URI the part after the scheme is the host or the path, and may be cut at `@`. */
        const char *rest = url->url_host ? url->url_host : url->url_path;
        if (url->url_user && rest)
            put_joined(out, "rest", url->url_user, strlen(url->url_user), '@', rest, strlen(rest));
        else
            put_string(out, "rest", rest);
    }
    if (all) {
        cut_params(out, SIMDSIP_BENCH_OF_URI, url->url_params, ';');
        cut_params(out, SIMDSIP_BENCH_OF_URI_HEADER, url->url_headers, '&');
    }
}

static void put_address(out_t *out, const char *header, const char *display, url_t const *url,
                        msg_param_t const *params)
{
    put_element(out, header);
    if (display && *display)
        put_string(out, "display", display);
    put_url(out, url, 1);
    put_params(out, params);
}

static void put_cseq(out_t *out, const char *header, uint32_t number, const char *method)
{
    put_element(out, header);
    put_number(out, "number", number);
    put_string(out, "method", method);
}

static void put_media(out_t *out, const char *type, const char *subtype)
{
    size_t len = type ? strcspn(type, "/") : 0;
    if (type)
        put_text(out, "type", type, len);
    put_string(out, "subtype", subtype);
}

static void put_value(out_t *out, const char *header, const char *value, msg_param_t const *params)
{
    if (!value || !*value)
        return;
    put_element(out, header);
    put_string(out, "value", value);
    put_params(out, params);
}

static void put_count(out_t *out, const char *header, uint64_t value)
{
    put_element(out, header);
    put_number(out, "value", value);
}

static void put_list(out_t *out, const char *header, msg_list_t const *list)
{
    for (; list; list = list->k_next) {
        msg_param_t const *item = list->k_items;
        for (; item && *item; item++)
            put_value(out, header, *item, NULL);
    }
}

static void put_auth(out_t *out, const char *header, msg_auth_t const *auth)
{
    for (; auth; auth = auth->au_next) {
        put_element(out, header);
        put_string(out, "auth-scheme", auth->au_scheme);
        put_params(out, auth->au_params);
    }
}

static void put_accepts(out_t *out, const char *header, msg_accept_any_t const *list)
{
    for (; list; list = list->aa_next)
        put_value(out, header, list->aa_value, list->aa_params);
}

static void put_start(out_t *out, sip_t const *sip, int all)
{
    put_element(out, "start");
    if (sip->sip_request) {
        put_string(out, "method", sip->sip_request->rq_method_name);
        put_url(out, sip->sip_request->rq_url, all);
    } else {
        put_number(out, "status", (uint64_t)sip->sip_status->st_status);
    }
    put_element(out, "body");
    put_number(out, "len", sip->sip_payload ? sip->sip_payload->pl_len : 0);
}

static void routing(out_t *out, sip_t const *sip)
{
    put_start(out, sip, 0);
    put_element(out, "via");
    put_string(out, "host", sip->sip_via->v_host);
    put_digits(out, "port", sip->sip_via->v_port);
    put_string(out, "branch", sip->sip_via->v_branch);
    put_element(out, "from");
    put_url(out, sip->sip_from->a_url, 0);
    put_string(out, "tag", sip->sip_from->a_tag);
    put_element(out, "to");
    put_url(out, sip->sip_to->a_url, 0);
    put_string(out, "tag", sip->sip_to->a_tag);
    put_element(out, "call-id");
    put_string(out, "value", sip->sip_call_id->i_id);
    put_cseq(out, "cseq", sip->sip_cseq->cs_seq, sip->sip_cseq->cs_method_name);
    if (sip->sip_max_forwards)
        put_count(out, "max-forwards", sip->sip_max_forwards->mf_count);
    if (sip->sip_contact) {
        put_element(out, "contact");
        put_url(out, sip->sip_contact->m_url, 0);
    }
    if (sip->sip_content_type) {
        put_element(out, "content-type");
        put_media(out, sip->sip_content_type->c_type, sip->sip_content_type->c_subtype);
    }
    if (sip->sip_content_length)
        put_count(out, "content-length", sip->sip_content_length->l_length);
}

static void routes(out_t *out, const char *header, sip_route_t const *route)
{
    for (; route; route = route->r_next)
        put_address(out, header, route->r_display, route->r_url, route->r_params);
}

static void typed(out_t *out, sip_t const *sip)
{
    put_start(out, sip, 1);
    for (sip_via_t const *via = sip->sip_via; via; via = via->v_next) {
        const char *protocol = via->v_protocol;
        const char *slash = strchr(protocol, '/');
        put_element(out, "via");
        if (slash) {
            const char *second = strchr(slash + 1, '/');
            if (second) {
                put_text(out, "version", slash + 1, (size_t)(second - slash - 1));
                put_string(out, "transport", second + 1);
            }
        }
        put_string(out, "host", via->v_host);
        put_digits(out, "port", via->v_port);
        put_params(out, via->v_params);
    }
    put_address(out, "from", sip->sip_from->a_display, sip->sip_from->a_url, sip->sip_from->a_params);
    put_address(out, "to", sip->sip_to->a_display, sip->sip_to->a_url, sip->sip_to->a_params);
    for (sip_contact_t const *m = sip->sip_contact; m; m = m->m_next)
        put_address(out, "contact", m->m_display, m->m_url, m->m_params);
    routes(out, "route", sip->sip_route);
    routes(out, "record-route", sip->sip_record_route);
    routes(out, "path", (sip_route_t const *)sip->sip_path);
    routes(out, "service-route", (sip_route_t const *)sip->sip_service_route);
    if (sip->sip_refer_to)
        put_address(out, "refer-to", sip->sip_refer_to->r_display, sip->sip_refer_to->r_url,
                    sip->sip_refer_to->r_params);
    if (sip->sip_referred_by)
        put_address(out, "referred-by", sip->sip_referred_by->b_display, sip->sip_referred_by->b_url,
                    sip->sip_referred_by->b_params);
    put_value(out, "call-id", sip->sip_call_id->i_id, NULL);
    put_cseq(out, "cseq", sip->sip_cseq->cs_seq, sip->sip_cseq->cs_method_name);
    if (sip->sip_rack) {
        put_cseq(out, "rack", sip->sip_rack->ra_cseq, sip->sip_rack->ra_method_name);
        put_number(out, "rseq", sip->sip_rack->ra_response);
    }
    if (sip->sip_max_forwards)
        put_count(out, "max-forwards", sip->sip_max_forwards->mf_count);
    if (sip->sip_content_length)
        put_count(out, "content-length", sip->sip_content_length->l_length);
    if (sip->sip_rseq)
        put_count(out, "rseq", sip->sip_rseq->rs_response);
    if (sip->sip_expires)
        put_count(out, "expires", sip->sip_expires->ex_delta);
    if (sip->sip_min_se) {
        put_count(out, "min-se", sip->sip_min_se->min_delta);
        put_params(out, sip->sip_min_se->min_params);
    }
    if (sip->sip_session_expires) {
        put_count(out, "session-expires", sip->sip_session_expires->x_delta);
        put_params(out, sip->sip_session_expires->x_params);
    }
    if (sip->sip_retry_after) {
        put_count(out, "retry-after", sip->sip_retry_after->af_delta);
        if (sip->sip_retry_after->af_comment)
            put_string(out, "comment", sip->sip_retry_after->af_comment);
        put_params(out, sip->sip_retry_after->af_params);
    }
    if (sip->sip_date) {
        put_element(out, "date");
        /* Seconds since 1900 here. */
        put_number(out, "unix", sip->sip_date->d_time - 2208988800UL);
    }
    if (sip->sip_content_type) {
        put_element(out, "content-type");
        put_media(out, sip->sip_content_type->c_type, sip->sip_content_type->c_subtype);
        put_params(out, sip->sip_content_type->c_params);
    }
    for (sip_accept_t const *a = sip->sip_accept; a; a = a->ac_next) {
        if (!a->ac_type || !*a->ac_type)
            continue;
        put_element(out, "accept");
        put_media(out, a->ac_type, a->ac_subtype);
        put_params(out, a->ac_params);
    }
    put_accepts(out, "accept-language", sip->sip_accept_language);
    put_accepts(out, "accept-encoding", sip->sip_accept_encoding);
    for (sip_allow_t const *allow = sip->sip_allow; allow; allow = (sip_allow_t const *)allow->k_next) {
        msg_param_t const *method = allow->k_items;
        for (; method && *method; method++)
            put_value(out, "allow", *method, NULL);
    }
    put_list(out, "allow-events", sip->sip_allow_events);
    put_list(out, "supported", sip->sip_supported);
    put_list(out, "require", sip->sip_require);
    put_list(out, "proxy-require", sip->sip_proxy_require);
    put_list(out, "unsupported", sip->sip_unsupported);
    put_list(out, "in-reply-to", sip->sip_in_reply_to);
    if (sip->sip_event)
        put_value(out, "event", sip->sip_event->o_type, sip->sip_event->o_params);
    if (sip->sip_subscription_state)
        put_value(out, "subscription-state", sip->sip_subscription_state->ss_substate,
                  sip->sip_subscription_state->ss_params);
    for (sip_reason_t const *reason = sip->sip_reason; reason; reason = reason->re_next)
        put_value(out, "reason", reason->re_protocol, reason->re_params);
    for (sip_warning_t const *w = sip->sip_warning; w; w = w->w_next) {
        put_element(out, "warning");
        put_number(out, "code", w->w_code);
        if (w->w_port && *w->w_port) {
            char agent[512];
            int len = snprintf(agent, sizeof agent, "%s:%s", w->w_host, w->w_port);
            put_text(out, "agent", agent, (size_t)len < sizeof agent ? (size_t)len : sizeof agent - 1);
        } else {
            put_string(out, "agent", w->w_host);
        }
        put_string(out, "text", w->w_text);
    }
    put_auth(out, "authorization", sip->sip_authorization);
    put_auth(out, "proxy-authorization", sip->sip_proxy_authorization);
    put_auth(out, "www-authenticate", sip->sip_www_authenticate);
    put_auth(out, "proxy-authenticate", sip->sip_proxy_authenticate);
    if (sip->sip_privacy) {
        msg_param_t const *value = sip->sip_privacy->priv_values;
        for (; value && *value; value++)
            put_value(out, "privacy", *value, NULL);
    }
    if (sip->sip_etag)
        put_value(out, "sip-etag", sip->sip_etag->g_string, NULL);
    if (sip->sip_if_match)
        put_value(out, "sip-if-match", sip->sip_if_match->g_string, NULL);
    if (sip->sip_subject)
        put_value(out, "subject", sip->sip_subject->g_string, NULL);
    if (sip->sip_organization)
        put_value(out, "organization", sip->sip_organization->g_string, NULL);
    if (sip->sip_user_agent)
        put_value(out, "user-agent", sip->sip_user_agent->g_string, NULL);
    if (sip->sip_server)
        put_value(out, "server", sip->sip_server->g_string, NULL);
}

/* What `forward` and `build` write into. */
static char written[1 << 17];

/* The message into the buffer; how many bytes. */
static size_t write_out(msg_t *msg)
{
    msg_iovec_t pieces[512];
    size_t len = 0;
    isize_t count;
    if (msg_prepare(msg) < 0)
        return 0;
    count = msg_iovec(msg, pieces, 512);
    if (count < 0 || count > 512)
        return 0;
    for (isize_t i = 0; i < count; i++) {
        if (len + pieces[i].mv_len > sizeof written)
            return 0;
        memcpy(written + len, pieces[i].mv_base, pieces[i].mv_len);
        len += pieces[i].mv_len;
    }
    return len;
}

static size_t forward(msg_t *msg, sip_t *sip)
{
    su_home_t *home = msg_home(msg);
    msg_pub_t *pub = (msg_pub_t *)sip;
    struct simdsip_bench_out out = {NULL, 1};
    volatile uint64_t sum;
    routing(&out, sip);
    sum = out.sum;
    (void)sum;
    if (sip->sip_request) {
        sip_via_t *via = sip_via_make(home, SIMDSIP_BENCH_VIA);
        sip_max_forwards_t *hops = sip->sip_max_forwards;
        if (hops) {
            if (hops->mf_count == 0)
                return 0;
            hops->mf_count--;
            msg_fragment_clear(hops->mf_common);
        } else {
            hops = sip_max_forwards_make(home, "70");
            msg_header_insert(msg, pub, (msg_header_t *)hops);
        }
        msg_header_insert(msg, pub, (msg_header_t *)via);
    } else {
        msg_header_remove(msg, pub, (msg_header_t *)sip->sip_via);
    }
    return write_out(msg);
}

static size_t build(sip_t const *request)
{
    size_t len = 0;
    msg_t *msg;
    sip_t *sip;
    if (!request->sip_request || request->sip_request->rq_method != sip_method_invite)
        return 0;
    msg = msg_create(sip_default_mclass(), 0);
    sip = msg ? sip_object(msg) : NULL;
    /* As its transaction layer does it. */
    if (sip && msg_header_insert(msg, (msg_pub_t *)sip,
                                 (msg_header_t *)sip_status_create(msg_home(msg), 200, "OK", NULL)) == 0 &&
        sip_add_dup(msg, sip, (sip_header_t *)request->sip_via) == 0 &&
        sip_add_dup(msg, sip, (sip_header_t *)request->sip_from) == 0 &&
        sip_add_dup(msg, sip, (sip_header_t *)request->sip_to) == 0 &&
        sip_add_dup(msg, sip, (sip_header_t *)request->sip_call_id) == 0 &&
        sip_add_dup(msg, sip, (sip_header_t *)request->sip_cseq) == 0 &&
        (!request->sip_record_route || sip_add_dup(msg, sip, (sip_header_t *)request->sip_record_route) == 0)) {
        if (!sip->sip_to->a_tag)
            sip_to_tag(msg_home(msg), sip->sip_to, SIMDSIP_BENCH_TAG);
        if (sip_complete_message(msg) == 0 && msg_serialize(msg, (msg_pub_t *)sip) >= 0)
            len = write_out(msg);
    }
    if (msg)
        msg_destroy(msg);
    return len;
}

/* 1 where the parser accepts the message and it has what every SIP message has. */
static int work(uint32_t class_, const char *message, size_t len, out_t *out)
{
    /* With the text of each header kept, what is not changed is not written anew. */
    int flags = class_ == SIMDSIP_BENCH_FORWARD ? MSG_DO_EXTRACT_COPY : 0;
    msg_t *msg = msg_make(sip_default_mclass(), flags, message, (ssize_t)len);
    sip_t *sip = msg ? sip_object(msg) : NULL;
    int good = sip && !(sip->sip_flags & MSG_FLG_ERROR) && !sip->sip_error &&
               (sip->sip_request || sip->sip_status) && sip->sip_via && sip->sip_from && sip->sip_to &&
               sip->sip_call_id && sip->sip_cseq;
    if (good && (class_ == SIMDSIP_BENCH_FORWARD || class_ == SIMDSIP_BENCH_BUILD)) {
        size_t made = class_ == SIMDSIP_BENCH_FORWARD ? forward(msg, sip) : build(sip);
        good = made > 0;
        put_element(out, "message");
        put_bytes(out, "bytes", written, made);
    } else if (good) {
        if (class_ == SIMDSIP_BENCH_ROUTING)
            routing(out, sip);
        else
            typed(out, sip);
    }
    if (msg)
        msg_destroy(msg);
    return good;
}

static int prepare(uint32_t class_, size_t longest)
{
    (void)class_;
    (void)longest;
    return 0;
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
        .name = "sofia-sip",
        .version = ENGINE_VERSION,
        .flags = "copies,eager,dynamic",
        .work = "whole message copied and parsed, every header that it knows typed at once",
        .types = "accept,accept-encoding,accept-language,allow,allow-events,authorization,call-id,contact,"
                 "content-length,content-type,cseq,date,event,expires,from,in-reply-to,max-forwards,min-se,"
                 "organization,path,privacy,proxy-authenticate,proxy-authorization,proxy-require,rack,reason,"
                 "record-route,refer-to,referred-by,require,retry-after,route,rseq,server,service-route,"
                 "session-expires,sip-etag,sip-if-match,subject,subscription-state,supported,to,unsupported,"
                 "user-agent,via,warning,www-authenticate",
        .prepare = prepare,
        .parse = parse,
        .emit = emit,
        .allocations = NULL,
    };
    return &table;
}
