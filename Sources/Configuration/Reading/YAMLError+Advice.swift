extension YAMLError {
  /// What to do about it, with a semicolon before; empty where libyaml's words say it.
  var advice: String {
    switch problem {
    case "mapping values are not allowed in this context":
      "; a text that holds a colon and a space needs quotes"
    case "found character that cannot start any token":
      "; lines are indented by spaces, not tabs, and a text that starts with @, ` or % needs quotes"
    case "did not find expected key", "did not find expected '-' indicator":
      "; keys and dashes that belong together begin in the same column, and a text that starts with "
        + "quotes ends in them"
    case "could not find expected ':'":
      "; a key is followed by a colon and a space"
    case "did not find expected ',' or ']'":
      "; a list ends in ], and a text with a bracket, a comma or quotes in it needs quotes"
    case "did not find expected ',' or '}'":
      "; a mapping ends in }, and a text with a bracket, a comma or quotes in it needs quotes"
    case "found unexpected end of stream", "found unexpected document indicator":
      "; the quotes are not closed"
    case "did not find expected node content":
      "; a text that starts with a bracket or a comma needs quotes"
    case "did not find expected alphabetic or numeric character":
      "; a text that starts with * or & needs quotes"
    case "block sequence entries are not allowed in this context":
      "; a list's dashes begin lines of their own"
    case "did not find expected <document start>":
      "; the file is one mapping of keys and values"
    case "found unknown escape character":
      "; a backslash between double quotes is written \\\\, between single ones as it is"
    case "control characters are not allowed":
      "; take the character out"
    default: ""
    }
  }
}
