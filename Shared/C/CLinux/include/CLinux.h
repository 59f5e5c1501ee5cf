// What Linux offers and the Swift Glibc module does not export: epoll, eventfd, accept4, thread names.
#pragma once

// _GNU_SOURCE is defined in the C file alone: here it would give fd_set another shape than Glibc's module.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/// accept4(2), whose declaration needs _GNU_SOURCE.
int clinux_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

/// epoll_ctl(2) with the token in the event's 64-bit data, whose union Swift reads awkwardly.
int clinux_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token);

/// The token that clinux_epoll_control stored with the file of this event.
static inline uint64_t clinux_epoll_token(const struct epoll_event *event) {
    return event->data.u64;
}

/// A new eventfd(2), close-on-exec; not blocking unless `blocking` is set.
int clinux_eventfd(int blocking);

/// Names the calling thread (at most 15 bytes count) and keeps signals for the process's other threads.
void clinux_prepare_thread(const char *name);

/// Keeps the calling thread on one processor. Returns 0, or -1 where there is no such processor.
int clinux_pin_thread(int core);
