/// A response that later requests may ask for or go on with.
package struct StoredResponse: Sendable {
    package var id: String
    /// The response object as its client got it.
    package var body: [UInt8]
    /// Everything that the model read but the instructions, items of earlier responses included.
    var input: [ResponseItem]
    var output: [ResponseItem]

    /// Bytes of memory, near enough for a limit.
    var size: Int {
        body.count + input.reduce(0) { $0 + $1.size } + output.reduce(0) { $0 + $1.size }
    }
}
