import Glibc
import Synchronization
import Testing

@testable import Sockets

@Suite struct EventLoopTests {
    private let loop = EventLoop.next()

    @Test func `delayed work runs in the order of its time, behind what is there`() async {
        let order = Mutex<[Int]>([])
        await withCheckedContinuation { done in
            loop.async { [loop] in
                for (number, delay) in [(3, 40), (2, 10), (1, 0)] {
                    loop.schedule(.milliseconds(delay)) {
                        order.withLock { $0.append(number) }
                        if number == 3 { done.resume() }
                    }
                }
                loop.async { order.withLock { $0.append(0) } }
            }
        }
        #expect(order.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test func `input that a handler leaves is told of again`() async {
        let pair = SocketPair()
        let bytes = Mutex<[UInt8]>([])
        let readiness = Mutex<Readiness?>(nil)
        await withCheckedContinuation { done in
            let watch = loop.watch(
                pair.near,
                readable: {
                    var byte: UInt8 = 0
                    guard read(pair.near, &byte, 1) == 1 else { return }
                    let count = bytes.withLock { bytes in
                        bytes.append(byte)
                        return bytes.count
                    }
                    guard count == 3 else { return }
                    readiness.withLock { $0 }?.cancel { done.resume() }
                },
                writable: {})
            readiness.withLock { $0 = watch }
            watch.setReading(true)
            pair.sendFromFar([7, 8, 9])
        }
        #expect(bytes.withLock { $0 } == [7, 8, 9])
    }

    @Test func `nothing is told after the cancellation, not even of the same turn`() async {
        let (first, second) = (SocketPair(), SocketPair())
        let news = Mutex(0)
        let watches = Mutex<[Readiness]>([])
        await withCheckedContinuation { done in
            // Both have input when the loop looks: the one that is told of it first silences both.
            loop.async { [loop] in
                for pair in [first, second] {
                    let watch = loop.watch(
                        pair.near,
                        readable: {
                            news.withLock { $0 += 1 }
                            let all = watches.withLock { $0 }
                            all[0].cancel { all[1].cancel { done.resume() } }
                            for watch in all { watch.setReading(false) }
                        },
                        writable: {})
                    watches.withLock { $0.append(watch) }
                    pair.sendFromFar([1])
                    watch.setReading(true)
                }
            }
        }
        #expect(news.withLock { $0 } == 1)
    }

    @Test func `room for output is told of until it is switched off`() async {
        let pair = SocketPair()
        let readiness = Mutex<Readiness?>(nil)
        await withCheckedContinuation { done in
            let watch = loop.watch(
                pair.near, readable: {},
                writable: {
                    let watch = readiness.withLock { $0 }
                    watch?.setWriting(false)
                    watch?.cancel { done.resume() }
                })
            readiness.withLock { $0 = watch }
            watch.setWriting(true)
        }
    }

    @Test func `a hang-up of which nobody wants to hear does not keep the loop busy`() async throws {
        let pair = SocketPair()
        let watch = loop.watch(pair.near, readable: {}, writable: {})
        watch.setReading(true)
        watch.setReading(false)
        pair.closeFar()
        let before = await processorTime()
        try await Task.sleep(for: .milliseconds(300))
        #expect(await processorTime() - before < .milliseconds(150))
        await withCheckedContinuation { done in watch.cancel { done.resume() } }
    }

    /// Of the loop's thread.
    private func processorTime() async -> Duration {
        await withCheckedContinuation { answer in
            loop.async {
                var time = timespec()
                clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
                answer.resume(returning: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
            }
        }
    }
}

/// Two connected stream sockets; the near one does not block.
private final class SocketPair: Sendable {
    let near: Int32
    private let far: Int32
    private let isOpen = Atomic(true)

    init() {
        var pair: [Int32] = [-1, -1]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
        (near, far) = (pair[0], pair[1])
        _ = fcntl(near, F_SETFL, O_NONBLOCK)
    }

    deinit {
        closeFar()
        close(near)
    }

    func sendFromFar(_ bytes: [UInt8]) { _ = write(far, bytes, bytes.count) }

    func closeFar() {
        if isOpen.exchange(false, ordering: .relaxed) { close(far) }
    }
}
