/*
 * The least that a durable SMTP server can do, to see what a load generator leaves room for: one thread, replies without a look at the command,
 * everything into one file, one flush for all messages that wait. Linux. floor PORT FILE
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct session { int fd, data; char end[5]; };

static void say(int fd, const char *text) { if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) {} }

int main(int argc, char **argv)
{
    if (argc != 3) return fprintf(stderr, "floor PORT FILE\n"), 2;
    int file = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY, 0600), listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&at, sizeof at) || listen(listener, 512)) return perror("bind"), 1;
    /* Written once before, as segments of the store are: a flush then waits for no journal of the file system. */
    static char zero[1 << 20];
    for (int i = 0; i < 512; i++) if (write(file, zero, sizeof zero) < 0) return perror("write"), 1;
    fsync(file); lseek(file, 0, SEEK_SET);
    int epoll = epoll_create1(0);
    struct epoll_event first = { .events = EPOLLIN }, events[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &first);
    static char buffer[65536], batch[4 << 20];
    for (;;) {
        int ready = epoll_wait(epoll, events, 64, -1), waiting = 0, whom[64];
        size_t held = 0;
        for (int i = 0; i < ready; i++) {
            struct session *s = events[i].data.ptr;
            if (!s) {
                int fd;
                while ((fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    s = calloc(1, sizeof *s); s->fd = fd;
                    struct epoll_event e = { .events = EPOLLIN, .data.ptr = s };
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
                    say(fd, "220 floor ESMTP\r\n");
                }
                continue;
            }
            ssize_t got = recv(s->fd, buffer, sizeof buffer, 0);
            if (got <= 0) { close(s->fd); free(s); continue; }
            if (s->data) {
                memcpy(batch + held, buffer, got); held += got;
                char tail[10]; size_t n = got < 5 ? got : 5;
                memcpy(tail, s->end, 5); memcpy(tail + 5, buffer + got - n, n);
                memcpy(s->end, tail + n, 5);
                if (!memcmp(s->end, "\r\n.\r\n", 5)) { s->data = 0; whom[waiting++] = s->fd; }
            } else if (!strncasecmp(buffer, "DATA", 4)) { s->data = 1; say(s->fd, "354 go\r\n"); }
            else if (!strncasecmp(buffer, "QUIT", 4)) { say(s->fd, "221 bye\r\n"); close(s->fd); free(s); }
            else say(s->fd, "250 ok\r\n");
        }
        if (held && write(file, batch, held) < 0) return perror("write"), 1;
        if (waiting) { if (fdatasync(file)) return perror("fdatasync"), 1; for (int i = 0; i < waiting; i++) say(whom[i], "250 kept\r\n"); }
    }
}
