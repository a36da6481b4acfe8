import COpenSSL
import Sockets
import Testing

/// A client and a server that exchange their ciphertext in memory, cut into pieces.
private final class Pair {
    private var server: TLSSession
    private var client: TLSSession
    private let piece: Int
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []
    private(set) var atServer: [UInt8] = []
    private(set) var atClient: [UInt8] = []

    init(_ server: TLSContext, _ client: TLSContext, host: String = "localhost", piece: Int = .max) throws {
        self.server = try TLSSession(server, .server)
        self.client = try TLSSession(client, .client(host: host))
        self.piece = piece
    }

    /// Lets both talk until neither has anything to say.
    func exchange() throws {
        if !client.isOpen, toServer.isEmpty { try client.start(output: &toServer) }
        while !toServer.isEmpty || !toClient.isEmpty {
            let input = take(&toServer)
            for part in parts(input) { try server.receive(part.span, plaintext: &atServer, output: &toClient) }
            let answer = take(&toClient)
            for part in parts(answer) { try client.receive(part.span, plaintext: &atClient, output: &toServer) }
        }
    }

    var isOpen: Bool { server.isOpen && client.isOpen }

    var version: String { server.version }

    /// Whether each side has heard the other's end.
    var ends: (server: Bool, client: Bool) { (server.inputEnded, client.inputEnded) }

    func ask(_ bytes: [UInt8]) throws {
        try client.send(bytes, output: &toServer)
        try exchange()
    }

    func answer(_ bytes: [UInt8]) throws {
        try server.send(bytes, output: &toClient)
        try exchange()
    }

    func endAnswer() throws {
        server.end(output: &toClient)
        try exchange()
    }

    private func take(_ bytes: inout [UInt8]) -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private func parts(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: min(piece, max(1, bytes.count))).map {
            Array(bytes[$0..<min(bytes.count, $0 + min(piece, bytes.count))])
        }
    }
}

private func identity(_ certificate: TestCertificate) -> TLSConfiguration {
    TLSConfiguration(certificateFile: certificate.certificateFile, keyFile: certificate.keyFile)
}

@Suite struct TLSSessionTests {
    @Test(arguments: [1, 2, 7, 100, .max])
    func `a handshake and its data come through in pieces of any size`(_ piece: Int) throws {
        let certificate = TestCertificate()
        let server = try TLSContext(identity(certificate))
        let client = try TLSContext(trusting: .file(certificate.certificateFile))
        let pair = try Pair(server, client, piece: piece)
        try pair.exchange()
        #expect(pair.isOpen)
        #expect(pair.version == "TLSv1.3")

        let question = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try pair.ask(question)
        try pair.answer(Array("answer".utf8))
        #expect(pair.atServer == question)
        #expect(pair.atClient == Array("answer".utf8))

        try pair.endAnswer()
        #expect(pair.ends == (false, true))
        try pair.ask([1])
        #expect(pair.atServer.count == question.count + 1)
    }

    @Test func `a certificate of another host or of a stranger is refused`() throws {
        let certificate = TestCertificate()
        let stranger = TestCertificate()
        let server = try TLSContext(identity(certificate))
        let trusting = try TLSContext(trusting: .file(certificate.certificateFile))
        let right = try Pair(server, trusting, host: "127.0.0.1")
        try right.exchange()
        #expect(right.isOpen)
        #expect(throws: TLSError.self) {
            let other = try Pair(server, trusting, host: "example.org")
            try other.exchange()
        }
        let wary = try TLSContext(trusting: .file(stranger.certificateFile))
        #expect(throws: TLSError.self) {
            let other = try Pair(server, wary)
            try other.exchange()
        }
        let careless = try Pair(server, try TLSContext(trusting: .anyone), host: "example.org")
        try careless.exchange()
        #expect(careless.isOpen)
    }

    @Test func `what is no TLS is refused with an alert, and random bytes do no harm`() throws {
        let certificate = TestCertificate()
        let context = try TLSContext(identity(certificate))
        var plain: [UInt8] = []
        var output: [UInt8] = []
        var session = try TLSSession(context, .server)
        do {
            try session.receive(
                Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span, plaintext: &plain, output: &output)
            Issue.record("plain HTTP was taken for TLS")
        } catch {
            #expect("\(error)".contains("http request"))
        }

        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var hello: [UInt8] = []
            var client = try TLSSession(try TLSContext(trusting: .anyone), .client(host: "a"))
            try client.start(output: &hello)
            hello[Int.random(in: 0..<hello.count, using: &random)] = .random(in: 0...255, using: &random)
            var server = try TLSSession(context, .server)
            try? server.receive(hello.span, plaintext: &plain, output: &output)
            let isOpen = server.isOpen
            #expect(!isOpen && plain.isEmpty)
        }
    }

    @Test func `a client whose certificate is demanded must show a good one`() throws {
        let authority = TestCertificate("authority")
        let certificate = TestCertificate()
        var configuration = identity(certificate)
        configuration.authorityFile = authority.certificateFile
        configuration.clientCertificates = .required
        let client = try TLSContext(trusting: .file(certificate.certificateFile))
        let required = try TLSContext(configuration)
        #expect(throws: TLSError.self) {
            let pair = try Pair(required, client)
            try pair.exchange()
        }
        configuration.clientCertificates = .optional
        let optional = try Pair(try TLSContext(configuration), client)
        try optional.exchange()
        #expect(optional.isOpen)
    }
}

@Suite struct TLSContextTests {
    private func failure(_ configuration: TLSConfiguration) -> String {
        do {
            _ = try TLSContext(configuration)
            return "no failure"
        } catch {
            return "\(error)"
        }
    }

    @Test func `what is wrong with a file is said with its path`() throws {
        let certificate = TestCertificate()
        let other = TestCertificate()
        var configuration = identity(certificate)
        configuration.certificateFile = "/no/such/cert.pem"
        #expect(failure(configuration).contains("/no/such/cert.pem cannot be read: No such file or directory"))
        configuration.certificateFile = certificate.folder
        #expect(failure(configuration).contains("Is a directory"))
        configuration.certificateFile = certificate.keyFile
        #expect(failure(configuration).contains("\(certificate.keyFile) holds no certificate in PEM"))
        configuration = identity(certificate)
        configuration.keyFile = certificate.certificateFile
        #expect(failure(configuration).contains("\(certificate.certificateFile) holds no private key in PEM"))
        configuration.keyFile = other.keyFile
        #expect(failure(configuration).contains("\(other.keyFile) is not the key of the certificate file"))
        configuration.keyFile = certificate.file("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        #expect(failure(configuration).contains("is damaged"))
        configuration = identity(certificate)
        configuration.clientCertificates = .required
        #expect(failure(configuration).contains("--ssl-ca-certs"))
        configuration.authorityFile = certificate.keyFile
        #expect(failure(configuration).contains("The authority file \(certificate.keyFile) holds no certificate"))
    }

    @Test func `an encrypted key needs its password`() throws {
        let certificate = TestCertificate(password: "sesame")
        var configuration = identity(certificate)
        #expect(failure(configuration).contains("is encrypted: give its password"))
        configuration.keyPassword = "wrong"
        #expect(failure(configuration).contains("has another password"))
        configuration.keyPassword = "sesame"
        #expect(try TLSContext(configuration).warnings.isEmpty)
    }

    @Test func `an expired certificate is served with a warning`() throws {
        let expired = TestCertificate(days: -2)
        let context = try withExtendedLifetime(expired) { try TLSContext(identity(expired)) }
        #expect(context.warnings.count == 1 && context.warnings[0].contains("has expired"))
    }
}
