/*
 * engine.h: how a parser that this suite does not link is measured beside the others.
 *
 *     cc -O2 -shared -fPIC -I benches -o mine.so mine.c
 *     cargo xtask bench --engine-so ./mine.so --class routing
 *
 * A shared object exports one function, `simdsip_bench_engine`, that returns a table. The suite calls
 * it from one thread, one message at a time. `parse` is timed; `emit` is not, and what it emits is
 * compared with the slow reference (src/reference/fields.rs) before anything is timed. Write one
 * function that reads the parser's result into a `struct simdsip_bench_out`, and let both call it:
 * then what is timed is what was compared. examples: engines/sofia.c, osip2.c, libre.c.
 *
 * This header is C99 and may be copied.
 */
#ifndef SIMDSIP_BENCH_ENGINE_H
#define SIMDSIP_BENCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Counts changes that break engines. The suite refuses any other. */
#define SIMDSIP_BENCH_ABI 1u

/* Classes of work; `classes` in the table holds their sum. */
#define SIMDSIP_BENCH_STRUCTURE 1u
#define SIMDSIP_BENCH_ROUTING 2u
#define SIMDSIP_BENCH_TYPED 4u
#define SIMDSIP_BENCH_FORWARD 8u
#define SIMDSIP_BENCH_BUILD 16u

/* forward: the Via that a request gets. */
#define SIMDSIP_BENCH_VIA "SIP/2.0/UDP proxy.example:5060;branch=z9hG4bKsimdsip0123456789"
/* build: the tag that To gets where it has none. */
#define SIMDSIP_BENCH_TAG "simdsip0123"

/* Whose parameter. */
#define SIMDSIP_BENCH_OF_HEADER 0
#define SIMDSIP_BENCH_OF_URI 1
#define SIMDSIP_BENCH_OF_URI_HEADER 2 /* after `?` */

/*
 * Takes the fields of `emit`. `own` is passed back as it is. Nothing is kept after a call returns.
 *
 * routing, typed: `element` begins an element of the header of that name (long form, lower case), or
 * "start" or "body"; what follows belongs to it. Keys, where the part is there at all:
 *   start          method and a URI, or status (number)
 *   a URI          scheme; sip, sips: user, password (typed only), host, port (number); tel: number
 *                  (text, up to the first `;`); others: rest (all after the colon); typed: parameters
 *   via            host, port; routing: branch; typed: version, transport, parameters
 *   from, to       the URI; routing: tag; typed: display, parameters; other addresses alike
 *   contact        the URI, or star ("*")
 *   cseq           number (number), method; rack the same and rseq (number)
 *   call-id        value; content-type type, subtype; numbers value (number)
 *   body           len (number)
 *   typed          token, text: value; media range: type, subtype; challenge, credentials:
 *                  auth-scheme; date: unix (number, seconds); warning: code (number), agent, text;
 *                  timestamp: value, delay; retry-after: value (number), comment; parameters everywhere
 * routing wants the first Via, From, To, Call-ID, CSeq, Max-Forwards, first Contact, Content-Type,
 * Content-Length; typed every element of every header, empty values none. Order within an element, and
 * between headers of different names, is free. Quotes, escapes, case of names and brackets may stay:
 * the suite levels them. Hosts are text with the key host.
 *
 * forward: parses, reads the fields of routing into a checksum, and writes the message into a buffer: a
 * request with SIMDSIP_BENCH_VIA before all other Vias and with Max-Forwards less one (70 where there is
 * none), a response without its first Via. build: parses and writes the 200 OK to an INVITE into a
 * buffer: Via, From, To with SIMDSIP_BENCH_TAG, Call-ID, CSeq, Record-Route, Content-Length 0; refuses
 * all else. Both emit element "message" with text bytes: what stands in the buffer. It is compared part
 * by part, as typed is.
 *
 * structure: element "start" with text one, two, three (method, Request-URI, version; or version, code,
 * reason); element "header" with text name and value for each in wire order; element "body" with text
 * bytes.
 */
struct simdsip_bench_sink {
    void *own;
    void (*element)(void *own, const char *header, size_t len);
    void (*text)(void *own, const char *key, const char *value, size_t len);
    void (*number)(void *own, const char *key, uint64_t value);
    /* `value` is NULL where there is no `=`. */
    void (*param)(void *own, int of, const char *name, size_t name_len, const char *value, size_t value_len);
};

struct simdsip_bench_engine {
    uint32_t abi;        /* SIMDSIP_BENCH_ABI */
    uint32_t classes;    /* sum of the classes */
    const char *name;    /* the `engine` column; the same name in every class */
    const char *version; /* of the parser */
    const char *flags;   /* how built, what is left undone; words joined by commas */
    const char *work;    /* what the timed call does, in one line */
    const char *types;   /* typed: the headers that are typed, long names in lower case joined by commas;
                            NULL: all. The others are not compared, and the row says so. */
    /* Called before a set is timed or emitted; `longest` is its longest message. 0: ready. */
    int (*prepare)(uint32_t class_, size_t longest);
    /* Timed: parses, reads every field of the class, frees. A checksum of the fields; 0: refused. */
    uint64_t (*parse)(uint32_t class_, const char *message, size_t len);
    /* The same, into the sink. 1: accepted; 0: refused. */
    int (*emit)(uint32_t class_, const char *message, size_t len, const struct simdsip_bench_sink *sink);
    /* Allocations so far, or NULL where they are not counted. */
    uint64_t (*allocations)(void);
};

#ifdef __cplusplus
extern "C"
#endif
const struct simdsip_bench_engine *simdsip_bench_engine(void);

/* ---- what an engine's reading function writes into: the sink, or a checksum ---- */

struct simdsip_bench_out {
    const struct simdsip_bench_sink *sink; /* NULL: the checksum */
    uint64_t sum;
};

static inline void put_mix(struct simdsip_bench_out *out, uint64_t value)
{
    out->sum = out->sum * 31u + value;
}

static inline void put_element(struct simdsip_bench_out *out, const char *header)
{
    if (out->sink)
        out->sink->element(out->sink->own, header, strlen(header));
    else
        put_mix(out, 1);
}

static inline void put_bytes(struct simdsip_bench_out *out, const char *key, const char *value, size_t len)
{
    if (out->sink)
        out->sink->text(out->sink->own, key, value, len);
    else
        put_mix(out, (uint64_t)len ^ (len ? (uint64_t)(unsigned char)value[0] << 16 : 0));
}

/* A string that ends with NUL; a null pointer is an absent part. */
static inline void put_string(struct simdsip_bench_out *out, const char *key, const char *value)
{
    if (value)
        put_bytes(out, key, value, strlen(value));
}

/* Two pieces of one part with `between` between them, for parsers that keep it in two. */
static inline void put_joined(struct simdsip_bench_out *out, const char *key, const char *left, size_t left_len,
                              char between, const char *right, size_t right_len)
{
    if (out->sink) {
        char whole[1024];
        size_t a = left_len < 511 ? left_len : 511, b = right_len < 511 ? right_len : 511;
        memcpy(whole, left, a);
        whole[a] = between;
        memcpy(whole + a + 1, right, b);
        out->sink->text(out->sink->own, key, whole, a + 1 + b);
    } else {
        put_bytes(out, key, left, left_len);
        put_bytes(out, key, right, right_len);
    }
}

static inline void put_number(struct simdsip_bench_out *out, const char *key, uint64_t value)
{
    if (out->sink)
        out->sink->number(out->sink->own, key, value);
    else
        put_mix(out, value);
}

static inline void put_param(struct simdsip_bench_out *out, int of, const char *name, size_t name_len,
                             const char *value, size_t value_len)
{
    if (out->sink) {
        out->sink->param(out->sink->own, of, name, name_len, value, value_len);
    } else {
        put_mix(out, (uint64_t)name_len ^ (name_len ? (uint64_t)(unsigned char)name[0] << 16 : 0));
        put_mix(out, value ? (uint64_t)value_len ^ (value_len ? (uint64_t)(unsigned char)value[0] << 16 : 0) : 0);
    }
}

#endif
