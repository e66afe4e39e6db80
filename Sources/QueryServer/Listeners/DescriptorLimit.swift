#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lets the process open as many descriptors as its clients need, as far as the system allows.
func raiseDescriptorLimit(toServe clientCount: Int) {
  // Listeners, event loops, the store's files, clients that are being refused.
  let wanted = rlim_t(clientCount + 512)
  var limit = rlimit()
  #if canImport(Glibc)
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    let resource = RLIMIT_NOFILE
  #endif
  guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
  limit.rlim_cur = min(wanted, limit.rlim_max)
  setrlimit(resource, &limit)
}
