internal import CPage
internal import HTTP
internal import Sockets

/// The chat page at `/` and the dashboard at `/status`, served from the binary.
///
/// Both are open to all: they hold no secret, and ask for the key that the API behind them wants. Their documents are
/// revalidated at each visit; what they load lies under a folder named by the digest of all files, so that browsers
/// keep it for good and never mix two versions.
struct Page: Sendable {
    private struct File {
        var type: String
        var bytes: [UInt8]
        /// The strong validator, with its quotation marks.
        var tag: String
    }

    /// Names the files' content.
    private let version: String
    private let files: [String: File]

    /// Only what the server itself sends is run, shown or asked; text is never taken for a script or for markup.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "font-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")

    private static let types = [
        "css": "text/css; charset=utf-8", "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "woff2": "font/woff2",
    ]

    init() {
        let contents = Self.embedded
        let digests = contents.map { $0.name + " " + Digest.hexadecimal(of: $0.bytes) }
        let version = String(Digest.hexadecimal(of: Array(digests.joined(separator: "\n").utf8)).prefix(16))
        var files: [String: File] = [:]
        for (name, bytes) in contents {
            let ending = String(name.split(separator: ".").last ?? "")
            guard let type = Self.types[ending] else { preconditionFailure("the page's file \(name) has no type") }
            let served = ending == "html" ? Self.document(bytes, version: version) : bytes
            files[name] = File(type: type, bytes: served, tag: "\"" + Digest.hexadecimal(of: served).prefix(32) + "\"")
        }
        self.version = version
        self.files = files
    }

    func addRoutes(to router: inout Router, notFound: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        router.add("GET", "/") { document("index.html", $0, notFound) }
        router.add("GET", "/status") { request in
            // Relative addresses in the document count from here.
            guard !request.path.hasSuffix("/") else {
                return HTTPResponse(status: 308, headers: ["Location": "../status"])
            }
            return document("status.html", request, notFound)
        }
        router.add("GET", "/page/{version}/{name}") { request in
            guard request.parameters["version"] == version, let name = request.parameters["name"],
                let file = files[name], !name.hasSuffix(".html")
            else { return notFound(request) }
            return response(file, to: request, cacheControl: "public, max-age=31536000, immutable")
        }
    }

    private func document(
        _ name: String, _ request: HTTPRequest, _ notFound: (HTTPRequest) -> HTTPResponse
    ) -> HTTPResponse {
        guard let file = files[name] else { return notFound(request) }
        var response = response(file, to: request, cacheControl: "no-cache")
        response.headers["Content-Security-Policy"] = Self.policy
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response
    }

    /// The file, or 304 where the client has it.
    private func response(_ file: File, to request: HTTPRequest, cacheControl: String) -> HTTPResponse {
        var headers: HTTPHeaders = [
            "ETag": file.tag, "Cache-Control": cacheControl, "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
        ]
        let known = request.headers.listElements("If-None-Match")
        if known.contains("*") || known.contains(file.tag) || known.contains("w/" + file.tag) {
            return HTTPResponse(status: 304, headers: headers)
        }
        headers["Content-Type"] = file.type
        return HTTPResponse(headers: headers, body: .bytes(file.bytes))
    }

    /// A document whose references to `page/` name the version.
    private static func document(_ bytes: [UInt8], version: String) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.replacing("\"page/", with: "\"page/\(version)/").utf8)
    }

    private static var embedded: [(name: String, bytes: [UInt8])] {
        var contents: [(name: String, bytes: [UInt8])] = []
        while let file = page_file(contents.count) {
            let bytes = UnsafeBufferPointer(start: file.pointee.bytes, count: file.pointee.length)
            contents.append((String(cString: file.pointee.name), Array(bytes)))
        }
        return contents
    }
}
