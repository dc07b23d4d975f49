/*
 * A step of a proxy: a datagram in, a Via pushed, Max-Forwards decremented, the message out in one writev.
 *
 *     forward LISTEN-PORT TARGET-PORT    over UDP on 127.0.0.1; ends with an empty datagram
 *     forward --stdin                    messages as 8 hexadecimal digits of length, LF, bytes; the same out
 *
 * Nothing is allocated for a message. A request that must not go on is not answered here, only counted: what is owed is
 * for simdsip_verdict to say. Responses have their top Via taken away instead.
 *
 *     cc -std=c99 forward.c -lsimdsip
 */
#define _POSIX_C_SOURCE 200809L

#include <simdsip.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DATAGRAM = 65536, PIECES = 65 };

struct step {
    struct simdsip_parser *parser;
    struct simdsip_patch *patch;
    unsigned long count, dropped;
    char via[128];
};

static struct simdsip_span text(const char *string)
{
    struct simdsip_span span;
    span.ptr = string;
    span.len = strlen(string);
    return span;
}

/* The edits of one message; its pieces, or 0 where it does not go on. */
static size_t change(struct step *step, const char *bytes, size_t len, struct simdsip_span pieces[PIECES])
{
    struct simdsip_message message = SIMDSIP_SIZED(simdsip_message);
    struct simdsip_error error = SIMDSIP_SIZED(simdsip_error);
    size_t count = 0;
    if (simdsip_parse(step->parser, bytes, len, &error) != SIMDSIP_OK ||
        simdsip_message(step->parser, &message) != SIMDSIP_OK ||
        simdsip_patch_begin(step->patch, step->parser, &error) != SIMDSIP_OK)
        goto drop;
    if (message.kind == SIMDSIP_REQUEST) {
        /* A branch must be unique across space and time (RFC 3261 section 8.1.1.7); a counter is enough to show. */
        snprintf(step->via, sizeof step->via, "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKfwd%lu", step->count);
        if (simdsip_patch_decrement_max_forwards(step->patch, NULL, &error) != SIMDSIP_OK ||
            simdsip_patch_push_via(step->patch, text(step->via), &error) != SIMDSIP_OK)
            goto drop;
    } else if (simdsip_patch_pop_via(step->patch, NULL, &error) != SIMDSIP_OK) {
        goto drop;
    }
    if (simdsip_patch_iov(step->patch, pieces, PIECES, &count, &error) != SIMDSIP_OK)
        goto drop;
    step->count++;
    return count;
drop:
    step->dropped++;
    return 0;
}

static int write_pieces(int to, const struct simdsip_span *pieces, size_t count)
{
    struct iovec out[PIECES];
    size_t i, len = 0;
    for (i = 0; i < count; i++) {
        out[i].iov_base = (void *)pieces[i].ptr;
        out[i].iov_len = pieces[i].len;
        len += pieces[i].len;
    }
    return writev(to, out, (int)count) == (ssize_t)len;
}

static int from_stdin(struct step *step, char *datagram)
{
    unsigned len;
    while (scanf("%8x", &len) == 1) {
        struct simdsip_span pieces[PIECES];
        size_t count, i, total = 0;
        if (getchar() != '\n' || len > DATAGRAM || fread(datagram, 1, len, stdin) != len)
            return 1;
        count = change(step, datagram, len, pieces);
        for (i = 0; i < count; i++)
            total += pieces[i].len;
        printf("%08lx\n", (unsigned long)total);
        fflush(stdout);
        if (count && !write_pieces(STDOUT_FILENO, pieces, count))
            return 1;
    }
    return 0;
}

static int from_udp(struct step *step, char *datagram, const char *listen_port, const char *target_port)
{
    struct sockaddr_in here, there;
    int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    there = here;
    here.sin_port = htons((unsigned short)atoi(listen_port));
    there.sin_port = htons((unsigned short)atoi(target_port));
    if (in < 0 || out < 0 || bind(in, (struct sockaddr *)&here, sizeof here) ||
        connect(out, (struct sockaddr *)&there, sizeof there)) {
        perror("forward");
        return 1;
    }
    for (;;) {
        struct simdsip_span pieces[PIECES];
        size_t count;
        ssize_t len = recv(in, datagram, DATAGRAM, 0);
        if (len <= 0)
            return len < 0;
        count = change(step, datagram, (size_t)len, pieces);
        if (count && !write_pieces(out, pieces, count))
            perror("writev");
    }
}

int main(int argc, char **argv)
{
    struct step step;
    size_t parser_size = simdsip_parser_size(NULL), patch_size = simdsip_patch_size(0, 0);
    char *datagram = malloc(DATAGRAM);
    void *parser_mem = malloc(parser_size), *patch_mem = malloc(patch_size);
    int status = 2;
    memset(&step, 0, sizeof step);
    if (!datagram || !parser_mem || !patch_mem ||
        simdsip_init(parser_mem, parser_size, NULL, &step.parser) != SIMDSIP_OK ||
        simdsip_patch_init(patch_mem, patch_size, 0, &step.patch) != SIMDSIP_OK)
        return 2;
    if (argc == 2 && strcmp(argv[1], "--stdin") == 0)
        status = from_stdin(&step, datagram);
    else if (argc == 3)
        status = from_udp(&step, datagram, argv[1], argv[2]);
    else
        fprintf(stderr, "usage: forward LISTEN-PORT TARGET-PORT | forward --stdin\n");
    if (status == 0)
        fprintf(stderr, "%lu sent on, %lu not\n", step.count, step.dropped);
    free(datagram);
    free(parser_mem);
    free(patch_mem);
    return status;
}
