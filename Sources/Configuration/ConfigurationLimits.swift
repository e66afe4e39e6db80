/// Every bound on what a configuration file can make the program do. Past one, the file is refused.
package enum ConfigurationLimits {
  package static let byteCountMax = 1 << 20
  /// Levels of lists and mappings, and of the texts in them. Past it nothing more is read.
  package static let depthMax = 32
  /// Values (keys are none), those behind aliases counted as often as they are used.
  package static let nodeCountMax = 50_000
  /// Aliases (`*name`).
  package static let aliasCountMax = 16
  /// Lines that start with `%`: the time that YAML's directives take grows with the square of their number.
  package static let directiveCountMax = 16
  /// Problems that one report shows.
  package static let problemCountMax = 50
  package static let taxonomyCountMax = 64
  package static let tagCountMax = 1_024
  /// Bytes of the name of a segment, tag or taxonomy.
  package static let nameByteCountMax = 200
  package static let alertNameByteCountMax = 64
}
