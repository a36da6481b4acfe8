import COpenSSL
import Glibc

/// A PEM file's bytes, read at once.
struct PEMFile {
    /// `the certificate file /etc/apus/cert.pem (--ssl-certfile)`.
    let name: String
    let bytes: [UInt8]

    init(_ path: String, _ role: String) throws(TLSError) {
        name = "The \(role) file \(path)"
        bytes = try Self.contents(of: path, name)
    }

    private static func contents(of path: String, _ name: String) throws(TLSError) -> [UInt8] {
        func failure() -> TLSError {
            TLSError("\(name) cannot be read: \(String(cString: strerror(errno))). Name a readable PEM file.")
        }
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw failure() }
        let descriptor = FileDescriptor(owning: number)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor.number, &piece, piece.count)
            guard count >= 0 else { throw failure() }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= 16 << 20 else { throw TLSError("\(name) has more than 16 MiB: it is no PEM file.") }
        }
    }

    func contains(_ text: String) -> Bool {
        bytes.firstRange(of: text.utf8) != nil
    }

    /// Calls `body` with the bytes as OpenSSL reads them.
    func withSource<R>(_ body: (OpaquePointer?) throws(TLSError) -> R) throws(TLSError) -> R {
        ERR_clear_error()
        let source = BIO_new_mem_buf(bytes, Int32(bytes.count))
        defer { BIO_free(source) }
        return try body(source)
    }
}
