@preconcurrency import Dispatch
import Glibc
import Synchronization

/// A non-blocking TCP connection. Writes go straight to the kernel from the caller's thread; only what the kernel does
/// not take is queued and sent when the descriptor becomes writable.
package final class Connection: Transport, EventLoopMember {
    private enum Phase {
        case connecting, open, flushing, lingering, closed
    }

    private struct State: ~Copyable {
        var descriptor: FileDescriptor?
        var phase: Phase
        var handler: (any TransportHandler)?
        var connectWaiter: CheckedContinuation<Void, any Error>?
        var deadline: ContinuousClock.Instant?
        var outbound = OutboundQueue()
        var lastProgress = ContinuousClock.now
        var reading = false
        var inputEnded = false
        var lingers = false
    }

    package let peer: SocketAddress
    package var applicationProtocol: String? { nil }
    package var isEncrypted: Bool { false }
    private let limits: TransportLimits
    private let loop: EventLoop
    private let number: Int32
    private let state: Mutex<State>
    private let readinessBox = Mutex<(any Readiness)?>(nil)

    /// Takes over a connected descriptor, or, with `deadline`, one that is being connected.
    init(
        _ descriptor: consuming FileDescriptor, peer: SocketAddress, limits: TransportLimits,
        connectingUntil deadline: ContinuousClock.Instant? = nil
    ) {
        self.peer = peer
        self.limits = limits
        loop = EventLoop.next()
        number = descriptor.number
        state = Mutex(
            State(descriptor: descriptor, phase: deadline == nil ? .open : .connecting, deadline: deadline))
        let readiness = loop.watch(
            number, readable: { [weak self] in self?.readable() }, writable: { [weak self] in self?.writable() })
        readinessBox.withLock { $0 = readiness }
        loop.add(self)
    }

    // MARK: Transport

    package func start(_ handler: any TransportHandler) {
        let started = state.withLock { state in
            guard state.phase == .open else { return false }
            state.handler = handler
            state.reading = true
            readiness?.setReading(true)
            return true
        }
        if !started {
            loop.queue.async { handler.transportClosed(SocketError("reading from \(self.peer)", code: ECONNRESET)) }
        }
    }

    @discardableResult
    package func send(_ bytes: [UInt8]) -> Int? {
        state.withLock { state in
            guard state.phase == .open else { return nil }
            var sent = 0
            if state.outbound.isEmpty {
                switch StreamSocket.send(number, bytes, from: 0) {
                case .moved(let count):
                    sent = count
                case .wouldBlock:
                    break
                case .failed(let code):
                    state.reading = false
                    fail(SocketError("writing to \(peer)", code: code))
                    return nil
                }
                guard sent < bytes.count else { return 0 }
                state.lastProgress = .now
                readiness?.setWriting(true)
            }
            state.outbound.append(bytes, from: sent)
            return state.outbound.count
        }
    }

    package var unsent: Int { state.withLock { $0.outbound.count } }

    package func setReading(_ enabled: Bool) {
        state.withLock { state in
            guard state.phase == .open, !state.inputEnded, state.reading != enabled else { return }
            state.reading = enabled
            readiness?.setReading(enabled)
            // The peer may have hung up meanwhile.
            if enabled { readAgain() }
        }
    }

    package func watchPeer() {
        watchPeer(after: 1)
    }

    package func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        let nanoseconds = Int(delay / .nanoseconds(1))
        loop.queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds), execute: body)
    }

    package func finish(lingering: Bool) {
        let isOver = state.withLock { state in
            guard state.phase == .open else { return false }
            state.phase = .flushing
            state.lingers = lingering
            return state.outbound.isEmpty && endOutput(&state)
        }
        if isOver { loop.queue.async { self.close(nil) } }
    }

    package func abort() {
        state.withLock { state in
            guard state.phase != .closed else { return }
            StreamSocket.resetOnClose(number)
            fail(SocketError("connection with \(peer)", reason: "closed by this side"))
        }
    }

    // MARK: Connecting

    /// Connects to the first of `addresses` that answers within `timeout`.
    package static func connect(
        to addresses: [SocketAddress], timeout: Duration, limits: TransportLimits = TransportLimits()
    ) async throws -> Connection {
        var failure: any Error = SocketError("connecting", reason: "no address was given")
        for address in addresses {
            do {
                return try await connect(to: address, timeout: timeout, limits: limits)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connect(
        to address: SocketAddress, timeout: Duration, limits: TransportLimits
    ) async throws -> Connection {
        let operation = "connecting to \(address)"
        let descriptor = try StreamSocket.open(address, for: operation)
        StreamSocket.tune(descriptor.number)
        let number = descriptor.number
        guard address.withSockaddr({ Glibc.connect(number, $0, $1) }) == 0 || errno == EINPROGRESS else {
            throw SocketError(operation, code: errno)
        }
        let connection = Connection(descriptor, peer: address, limits: limits, connectingUntil: .now + timeout)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let isWaiting = connection.state.withLock { state in
                    guard state.phase == .connecting else { return false }
                    state.connectWaiter = waiter
                    connection.readiness?.setWriting(true)
                    return true
                }
                if !isWaiting { waiter.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            connection.abort()
        }
        return connection
    }

    private func connected() {
        let code = StreamSocket.pendingError(number)
        guard code == 0 else { return close(SocketError("connecting to \(peer)", code: code)) }
        let waiter = state.withLock { state in
            guard state.phase == .connecting else { return nil as CheckedContinuation<Void, any Error>? }
            state.phase = .open
            state.deadline = nil
            readiness?.setWriting(false)
            return state.connectWaiter.take()
        }
        waiter?.resume()
    }

    // MARK: Events, on the loop's queue

    private var readiness: (any Readiness)? { readinessBox.withLock { $0 } }

    /// Reads what there is, at most four buffers at a time so that the loop's other connections get their turn.
    ///
    /// To its end, since Dispatch forgets a descriptor whose peer hung up: the call that tells of the last bytes is then
    /// the last call.
    private func readable() {
        for _ in 0..<4 {
            let (result, phase, handler) = state.withLock { state in
                guard state.descriptor != nil, state.reading else {
                    return (TransferResult.wouldBlock, state.phase, nil as (any TransportHandler)?)
                }
                return (StreamSocket.receive(number, into: &loop.scratch), state.phase, state.handler)
            }
            switch result {
            case .moved(0):
                return inputEnded()
            case .moved(let count):
                let buffer = loop.scratch
                if phase == .open { handler?.transportReceived(buffer.span.extracting(0..<count)) }
            case .wouldBlock:
                return
            case .failed(let code):
                return close(SocketError("reading from \(peer)", code: code))
            }
        }
        readAgain()
    }

    private func readAgain() {
        loop.queue.async { [weak self] in self?.readable() }
    }

    private func inputEnded() {
        let (phase, handler) = state.withLock { state in
            state.inputEnded = true
            state.reading = false
            readiness?.setReading(false)
            return (state.phase, state.handler)
        }
        switch phase {
        case .open: handler?.transportInputEnded()
        case .lingering: close(nil)
        case .connecting, .flushing, .closed: break
        }
    }

    private func writable() {
        var drained: (any TransportHandler)?
        var isOver = false
        var failure: SocketError?
        let isConnecting = state.withLock { state in
            guard state.phase != .connecting else { return true }
            guard state.descriptor != nil else { return false }
            let before = state.outbound.count
            failure = flush(&state)
            if before > limits.lowWater, state.outbound.count <= limits.lowWater { drained = state.handler }
            guard state.outbound.isEmpty else { return false }
            readiness?.setWriting(false)
            if state.phase == .flushing { isOver = endOutput(&state) }
            return false
        }
        if isConnecting { return connected() }
        if let failure { return close(failure) }
        if isOver { return close(nil) }
        drained?.transportDrained()
    }

    private func flush(_ state: inout State) -> SocketError? {
        while !state.outbound.isEmpty {
            let (bytes, offset) = state.outbound.head
            switch StreamSocket.send(number, bytes, from: offset) {
            case .moved(let count):
                state.outbound.removeFirst(count)
                state.lastProgress = .now
            case .wouldBlock:
                return nil
            case .failed(let code):
                return SocketError("writing to \(peer)", code: code)
            }
        }
        return nil
    }

    /// Ends the output after `finish`. Returns true when nothing is left to await.
    private func endOutput(_ state: inout State) -> Bool {
        shutdown(number, Int32(SHUT_WR))
        state.phase = .lingering
        state.deadline = .now + limits.lingerTime
        guard state.lingers, !state.inputEnded else { return true }
        state.reading = true
        readiness?.setReading(true)
        return false
    }

    func tick(_ now: ContinuousClock.Instant) {
        enum Verdict { case alive, over, dead, stalled, late }
        let (verdict, handler) = state.withLock { state -> (Verdict, (any TransportHandler)?) in
            guard state.descriptor != nil else { return (.alive, nil) }
            if let deadline = state.deadline, deadline <= now {
                return (state.phase == .connecting ? .late : .over, nil)
            }
            if !state.outbound.isEmpty, now - state.lastProgress > limits.stallTime { return (.stalled, nil) }
            if state.phase == .open, !state.reading, state.handler != nil, StreamSocket.isDead(number) {
                return (.dead, nil)
            }
            return (.alive, state.phase == .open ? state.handler : nil)
        }
        switch verdict {
        case .alive:
            handler?.transportTick(now)
        case .over:
            close(nil)
        case .dead:
            close(SocketError("connection with \(peer)", code: ECONNRESET))
        case .late:
            close(SocketError("connecting to \(peer)", code: ETIMEDOUT))
        case .stalled:
            let reason = "the peer took no byte for \(limits.stallTime)"
            close(SocketError("writing to \(peer)", reason: reason), resetting: true)
        }
    }

    private func watchPeer(after milliseconds: Int) {
        let isDead = state.withLock { $0.descriptor != nil && StreamSocket.isDead(number) }
        if isDead { return fail(SocketError("connection with \(peer)", code: ECONNRESET)) }
        // Later than this, the regular tick looks.
        guard milliseconds < 200 else { return }
        schedule(.milliseconds(milliseconds)) { [weak self] in
            self?.watchPeer(after: milliseconds * 2)
        }
    }

    // MARK: Closing

    /// Closes from any thread, without calling the handler on it.
    private func fail(_ error: SocketError) {
        loop.queue.async { self.close(error) }
    }

    private func close(_ error: SocketError?, resetting: Bool = false) {
        let (isFirst, handler, waiter) = state.withLock { state in
            guard state.phase != .closed else {
                return (false, nil as (any TransportHandler)?, nil as CheckedContinuation<Void, any Error>?)
            }
            if resetting { StreamSocket.resetOnClose(number) }
            state.phase = .closed
            state.reading = false
            state.outbound.removeAll()
            return (true, state.handler.take(), state.connectWaiter.take())
        }
        guard isFirst else { return }
        loop.remove(self)
        readinessBox.withLock { $0.take() }?.cancel {
            self.state.withLock { $0.descriptor = nil }
        }
        waiter?.resume(throwing: error ?? SocketError("connecting to \(peer)", code: ECANCELED))
        handler?.transportClosed(error)
    }
}
