#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lets the process open as many descriptors as its event loops and clients need, as far as the system allows.
///
/// Throws when not even the event loops get theirs: NIO ends the process when one cannot be made.
func raiseDescriptorLimit(toServe clientCount: Int, eventLoopCount: Int = 1) throws(ServerError) {
  // A NIO loop has an epoll, an event and a timer descriptor, a socket loop the first two. The rest is for
  // listeners, the store's files, clients that are being refused.
  let neededCount = min(eventLoopCount, 1 << 30) * 5 + 64
  let wanted = rlim_t(neededCount + 512 + min(clientCount, 1 << 30))
  var limit = rlimit()
  #if canImport(Glibc)
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    let resource = RLIMIT_NOFILE
  #endif
  guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
  let former = limit.rlim_cur
  limit.rlim_cur = min(wanted, limit.rlim_max)
  if setrlimit(resource, &limit) != 0 { limit.rlim_cur = former }
  guard limit.rlim_cur >= rlim_t(neededCount) else {
    throw .tooFewDescriptors(
      eventLoopCount: eventLoopCount, allowed: Int(clamping: limit.rlim_cur))
  }
}
