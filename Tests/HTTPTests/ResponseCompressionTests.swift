import HTTP
import Testing

@Suite struct ResponseCompressionTests {
    private func answer(_ accept: String?, size: Int = 5_000, type: String = "application/json") -> HTTPResponse {
        var response = HTTPResponse(contentType: type, [UInt8](repeating: 65, count: size))
        let headers: HTTPHeaders = accept.map { ["Accept-Encoding": $0] } ?? [:]
        ResponseCompression.apply(to: &response, for: HTTPRequest(method: "GET", path: "/", headers: headers))
        return response
    }

    @Test(arguments: [
        ("gzip, deflate, br", "gzip"), ("gzip, zstd", "zstd"), ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd; q=0, *", "gzip"), ("*", "zstd"),
    ])
    func `the coding that the client likes best is used`(_ accept: String, _ coding: String) throws {
        let response = answer(accept)
        #expect(response.headers["Content-Encoding"] == coding && response.headers["Vary"] == "Accept-Encoding")
        guard case .bytes(let bytes) = response.body else { return }
        #expect(bytes.count < 200)
        #expect(bytes.prefix(2) == (coding == "gzip" ? [0x1F, 0x8B] : [0x28, 0xB5]))
    }

    @Test(arguments: [nil, "identity", "br", "gzip;q=0", "gzip;q=none"])
    func `who does not ask gets plain bytes`(_ accept: String?) {
        #expect(answer(accept).headers["Content-Encoding"] == nil)
    }

    @Test func `small bodies and those that are no text stay as they are`() {
        #expect(answer("gzip", size: 2_000).headers["Content-Encoding"] == nil)
        #expect(answer("gzip", type: "image/png").headers["Content-Encoding"] == nil)
        var stream = HTTPResponse.events { _ in }
        ResponseCompression.apply(
            to: &stream, for: HTTPRequest(method: "GET", path: "/", headers: ["Accept-Encoding": "gzip"]))
        #expect(stream.headers["Content-Encoding"] == nil)
    }
}
