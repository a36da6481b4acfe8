/// Where in an answer a call may begin.
struct CallPlace: Sendable {
    /// Nothing but white space since the last line break.
    var isLineStart = true
    /// Nothing but white space since the last call.
    var followsCall = false
}
