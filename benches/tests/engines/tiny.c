/* An engine of one class that knows one message kind: what the test of engine.h loads. */
#include "engine.h"

#ifndef TINY_ABI
#define TINY_ABI SIMDSIP_BENCH_ABI
#endif
#ifndef TINY_HOST
#define TINY_HOST "h"
#endif

static uint64_t calls;

static int work(const char *message, size_t len, struct simdsip_bench_out *out)
{
    calls++;
    if (len < 6 || memcmp(message, "INVITE", 6) != 0)
        return 0;
    put_element(out, "start");
    put_bytes(out, "method", message, 6);
    put_string(out, "scheme", "SIP");
    put_string(out, "user", "a%62");
    put_string(out, "host", TINY_HOST);
    put_number(out, "port", 5070);
    put_param(out, SIMDSIP_BENCH_OF_URI, "lr", 2, NULL, 0);
    put_element(out, "body");
    put_number(out, "len", 0);
    put_element(out, "to");
    put_string(out, "display", "\"T \\\"x\\\"\"");
    put_string(out, "scheme", "sip");
    put_string(out, "host", "[2001:DB8::1]");
    put_param(out, SIMDSIP_BENCH_OF_HEADER, "TAG", 3, "1", 1);
    return 1;
}

static int prepare(uint32_t class_, size_t longest)
{
    return class_ != SIMDSIP_BENCH_TYPED || longest == 0;
}

static uint64_t parse(uint32_t class_, const char *message, size_t len)
{
    struct simdsip_bench_out out = {NULL, 1};
    (void)class_;
    return work(message, len, &out) ? out.sum | 1u : 0;
}

static int emit(uint32_t class_, const char *message, size_t len, const struct simdsip_bench_sink *sink)
{
    struct simdsip_bench_out out = {sink, 1};
    (void)class_;
    return work(message, len, &out);
}

static uint64_t allocations(void)
{
    return calls * 3;
}

const struct simdsip_bench_engine *simdsip_bench_engine(void)
{
    static const struct simdsip_bench_engine table = {
        TINY_ABI, SIMDSIP_BENCH_TYPED, "tiny", "7", "test", "little", "to", prepare, parse, emit, allocations,
    };
    return &table;
}
