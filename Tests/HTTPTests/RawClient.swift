import Glibc

/// A raw TCP socket for tests: says exactly the bytes it is told. Never blocks a thread.
final class RawClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let descriptor: Int32

    convenience init(port: Int, receiveBuffer: Int32? = nil) throws {
        self.init()
        try connect(port: port, receiveBuffer: receiveBuffer)
    }

    /// Not connected yet.
    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    }

    func connect(port: Int, receiveBuffer: Int32? = nil) throws {
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "connect: errno \(errno)") }
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit {
        close(descriptor)
    }

    /// Returns false when the server has closed.
    @discardableResult
    func send(_ text: String) async throws -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try await Task.sleep(for: .milliseconds(1))
            } else {
                return false
            }
        }
        return true
    }

    func endOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads until `isEnough` or the server's close; throws after a time or on a reset.
    func receive(until isEnough: (String) -> Bool) async throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            if count > 0 {
                received += buffer[..<count]
                if isEnough(String(decoding: received, as: UTF8.self)) { break }
            } else if errno == EAGAIN {
                guard ContinuousClock.now < deadline else {
                    let text = String(decoding: received, as: UTF8.self)
                    throw Failure(description: "nothing more came after: \(text)")
                }
                try await Task.sleep(for: .milliseconds(1))
            } else {
                throw Failure(description: "recv: errno \(errno)")
            }
        }
        return String(decoding: received, as: UTF8.self)
    }

    func receive(through text: String) async throws -> String {
        try await receive { $0.contains(text) }
    }

    func receiveAll() async throws -> String {
        try await receive { _ in false }
    }
}
