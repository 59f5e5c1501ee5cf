// What Linux offers and the Swift Glibc module does not export: epoll, eventfd, accept4.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>

/// accept4(2), which needs _GNU_SOURCE at the place of its declaration.
int clinux_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
