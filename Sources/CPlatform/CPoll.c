#define _GNU_SOURCE
#include "CPoll.h"

#if defined(__linux__)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

int strata_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int strata_wake_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void strata_wake(int wake) { (void)!eventfd_write(wake, 1); }

void strata_wake_clear(int wake) {
  eventfd_t count;
  (void)!eventfd_read(wake, &count);
}

int strata_poll_set(int poll, int descriptor, bool is_new, bool to_read, bool to_write) {
  struct epoll_event event = {0};
  event.events = (to_read ? (uint32_t)EPOLLIN : 0) | (to_write ? (uint32_t)EPOLLOUT : 0);
  event.data.fd = descriptor;
  return epoll_ctl(poll, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
}

void strata_poll_remove(int poll, int descriptor) {
  struct epoll_event event = {0};
  (void)epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, &event);
}

int strata_poll_wait(int poll, strata_poll_event *events, int count_max, int milliseconds) {
  struct epoll_event found[64];
  int count = epoll_wait(poll, found, count_max < 64 ? count_max : 64, milliseconds);
  for (int i = 0; i < count; i++) {
    uint32_t what = found[i].events;
    events[i].descriptor = found[i].data.fd;
    events[i].is_readable = (what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    events[i].is_writable = (what & EPOLLOUT) != 0;
    events[i].is_gone = (what & (EPOLLHUP | EPOLLERR)) != 0;
  }
  return count;
}
#endif
