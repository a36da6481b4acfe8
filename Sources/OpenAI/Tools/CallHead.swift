/// The beginning of a call.
struct CallHead: Sendable, Equatable {
    enum Style: Sendable {
        /// In the dialect's markers.
        case marked
        /// A JSON object alone.
        case object
        /// A JSON object in a Markdown fence.
        case fenced
    }

    var name: String
    var style = Style.marked
}
