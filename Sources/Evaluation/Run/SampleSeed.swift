import Sockets

/// The seed of one sample: it depends on what is asked, never on when or beside what.
enum SampleSeed {
    /// The first 8 bytes, big-endian, of the SHA-256 of "RUN\nBENCHMARK\nQUESTION\nINDEX", masked to 63 bits so that
    /// every server's integer holds it.
    static func seed(run: UInt64, benchmark: String, question: String, index: Int) -> UInt64 {
        let digest = Digest.bytes(of: "\(run)\n\(benchmark)\n\(question)\n\(index)")
        return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } & UInt64(Int64.max)
    }
}
