/// Every bound on what a configuration file can make the program do. Past one, the file is refused.
package enum ConfigurationLimits {
  package static let byteCountMax = 1 << 20
  /// Levels of lists and mappings. The YAML parser itself stops at 1,000.
  package static let depthMax = 32
  /// Values and keys, those behind aliases counted as often as they are used.
  package static let nodeCountMax = 50_000
  /// Aliases (`*name`): so few cannot unfold into much, whatever they stand in.
  package static let aliasCountMax = 16
  /// Problems that one report shows.
  package static let problemCountMax = 50
  package static let taxonomyCountMax = 64
  package static let tagCountMax = 1_024
  /// Bytes of the name of a segment, tag or taxonomy.
  package static let nameByteCountMax = 200
  package static let alertNameByteCountMax = 64
}
