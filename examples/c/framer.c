/*
 * SIP over TCP: one connection accepted, its messages told on standard output, pings answered.
 *
 *     framer PORT        on 127.0.0.1; 0 takes a free port and prints it; ends with the connection
 *
 * The buffer belongs to the program: the framer looks at its unread bytes, at none of them twice, and stores nothing.
 *
 *     cc -std=c99 framer.c -lsimdsip
 */
#define _POSIX_C_SOURCE 200809L

#include <simdsip.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 131072 };

static int listener(const char *port)
{
    struct sockaddr_in here;
    socklen_t len = sizeof here;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    here.sin_port = htons((unsigned short)atoi(port));
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, 1) ||
        getsockname(fd, (struct sockaddr *)&here, &len)) {
        perror("framer");
        return -1;
    }
    printf("port %u\n", (unsigned)ntohs(here.sin_port));
    fflush(stdout);
    return fd;
}

/* Tells of a message: its description, which holds nothing private. */
static void tell(const struct simdsip_parser *parser)
{
    char line[200];
    size_t len = 0;
    if (simdsip_describe(parser, line, sizeof line, &len) == SIMDSIP_OK)
        printf("%.*s\n", (int)len, line);
}

/* Takes all frames off the front of the buffer. 0: read on; 1: close. */
static int frames(struct simdsip_parser *parser, int peer, char *buffer, size_t *filled)
{
    size_t from = 0;
    int close_it = 0;
    while (!close_it) {
        struct simdsip_frame frame = SIMDSIP_SIZED(simdsip_frame);
        if (simdsip_framer_next(parser, buffer + from, *filled - from, &frame) != SIMDSIP_OK)
            return 1;
        if (frame.kind == SIMDSIP_FRAME_NEED)
            break;
        if (frame.kind == SIMDSIP_FRAME_MESSAGE)
            tell(parser);
        if (frame.kind == SIMDSIP_FRAME_REFUSED) /* its end is certain: a 400, and on with the next */
            printf("refused: %s at %lu\n", simdsip_error_name(frame.error_kind), (unsigned long)frame.error_at);
        if (frame.kind == SIMDSIP_FRAME_PING && write(peer, "\r\n", 2) != 2)
            return 1;
        if (frame.kind == SIMDSIP_FRAME_FATAL) {
            /* Where the next message begins, nobody knows: a 400, where there is something to answer, and close. */
            printf("fatal: %s at %lu, %s\n", simdsip_error_name(frame.error_kind), (unsigned long)frame.error_at,
                   frame.answerable ? "answerable" : "nothing to answer");
            close_it = 1;
        }
        from += frame.consumed;
    }
    memmove(buffer, buffer + from, *filled - from);
    *filled -= from;
    return close_it;
}

int main(int argc, char **argv)
{
    struct simdsip_options options = SIMDSIP_SIZED(simdsip_options);
    struct simdsip_parser *parser = NULL;
    char *buffer = malloc(BUFFER);
    size_t size, filled = 0;
    void *mem;
    int fd, peer, done = 0;

    options.side = SIMDSIP_SIDE_SERVER;
    size = simdsip_parser_size(&options);
    mem = malloc(size);
    if (argc != 2 || !buffer || !mem || simdsip_init(mem, size, &options, &parser) != SIMDSIP_OK) {
        fprintf(stderr, "usage: framer PORT\n");
        return 2;
    }
    fd = listener(argv[1]);
    peer = fd < 0 ? -1 : accept(fd, NULL, NULL);
    if (peer < 0)
        return 1;
    while (!done) {
        ssize_t len = read(peer, buffer + filled, BUFFER - filled);
        if (len <= 0)
            break;
        filled += (size_t)len;
        done = frames(parser, peer, buffer, &filled);
    }
    close(peer);
    close(fd);
    free(buffer);
    free(mem);
    return 0;
}
