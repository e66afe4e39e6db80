// Waiting for many sockets: epoll, whose types Swift's Glibc module does not have.
#ifndef STRATA_CPOLL_H
#define STRATA_CPOLL_H

#if defined(__linux__)
#include <stdbool.h>
#include <stdint.h>

/// What happened to a descriptor.
struct strata_poll_event {
  int descriptor;
  bool is_readable;
  bool is_writable;
  /// Both directions are closed, or the connection is broken.
  bool is_gone;
};
typedef struct strata_poll_event strata_poll_event;

/// A descriptor to wait with, and one that another thread makes readable; -1 and errno on failure.
int strata_poll_create(void);
int strata_wake_create(void);
void strata_wake(int wake);
void strata_wake_clear(int wake);

/// Says what to wait for, as long as it is there; -1 and errno on failure.
int strata_poll_set(int poll, int descriptor, bool is_new, bool to_read, bool to_write);
void strata_poll_remove(int poll, int descriptor);

/// Waits for at most `milliseconds`, and writes up to `count_max` events, at most 64; returns how many.
int strata_poll_wait(int poll, strata_poll_event *events, int count_max, int milliseconds);
#endif

#endif
