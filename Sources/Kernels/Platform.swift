import CPlatform

/// Processors that this process may run on (its affinity mask: a container may give fewer than the machine
/// has), at least 1.
func onlineProcessorCount() -> Int { max(1, Int(strata_usable_processor_count())) }
