/// Readiness notifications for one descriptor: the seam at which another mechanism could replace Dispatch sources.
/// Handlers run on the queue of the descriptor's event loop, one at a time. All methods may be called on any thread.
protocol Readiness: AnyObject, Sendable {
    /// Turns level-triggered notification of readable data, end of input and errors on or off.
    func setReading(_ enabled: Bool)

    /// Turns level-triggered notification of room for output on or off.
    func setWriting(_ enabled: Bool)

    /// Ends all notification. `completion` runs when no handler will run again and the descriptor may be closed.
    func cancel(_ completion: @escaping @Sendable () -> Void)
}
