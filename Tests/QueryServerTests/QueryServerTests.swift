import Testing

/// Everything that opens sockets, one test after the other: the tests block, and some measure time.
@Suite(.serialized) enum QueryServerTests {}
