import FoundationEssentials
import JSON
import Logging
import Synchronization
import Testing

@testable import Telemetry

/// A log file in a folder that goes with it.
private final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/apus-log-\(UInt64.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }
}

@Suite struct LogFileTests {
    @Test func `lines are appended, also to what was there`() throws {
        let folder = try Folder()
        for round in 1...2 {
            let file = try LogFile(path: folder.path + "/log") { _ in }
            file.write(Array("\(round)\n".utf8))
        }
        #expect(try folder.text("log") == "1\n2\n")
    }

    @Test func `a renamed file is left when it is opened again`() throws {
        let folder = try Folder()
        let file = try LogFile(path: folder.path + "/log") { _ in }
        file.write(Array("1\n".utf8))
        try FileManager.default.moveItem(atPath: folder.path + "/log", toPath: folder.path + "/log.1")
        file.write(Array("2\n".utf8))
        try file.reopen()
        file.write(Array("3\n".utf8))
        #expect(try folder.text("log.1") == "1\n2\n" && folder.text("log") == "3\n")
    }

    @Test func `a file that cannot be opened again leaves the old one`() throws {
        let folder = try Folder()
        let inner = folder.path + "/inner"
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        let file = try LogFile(path: inner + "/log") { _ in }
        try FileManager.default.moveItem(atPath: inner, toPath: folder.path + "/moved")
        #expect(throws: LogFileError.self) { try file.reopen() }
        file.write(Array("1\n".utf8))
        #expect(try folder.text("moved/log") == "1\n")
    }

    @Test func `a full disk loses lines, which is told once, and again when it has room`() throws {
        let told = Mutex<[String]>([])
        let folder = try Folder()
        let link = folder.path + "/log"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/full")
        let file = try LogFile(path: link) { report in told.withLock { $0.append(report) } }
        for _ in 0..<3 { file.write(Array("lost\n".utf8)) }
        #expect(told.withLock { $0.count } == 1)
        #expect(told.withLock { $0.first?.contains("No space left") } == true)
        try FileManager.default.removeItem(atPath: link)
        try file.reopen()
        file.write(Array("kept\n".utf8))
        #expect(told.withLock { $0.last?.contains("3 lines were lost") } == true)
        #expect(try folder.text("log") == "kept\n")
    }

    @Test func `a path that cannot be written is named`() {
        let error = #expect(throws: LogFileError.self) { try LogFile(path: "/no/such/log") { _ in } }
        #expect(error?.description.contains("/no/such/log") == true)
    }

    @Test func `a logger writes its lines there`() throws {
        let folder = try Folder()
        let file = try LogFile(path: folder.path + "/log") { _ in }
        LogFormat.json.logger(label: "apus.audit", writingTo: file).info("Done", metadata: ["id": "x"])
        let line = try JSONValue(parsing: try folder.text("log"))
        #expect(line["message"] == "Done" && line["id"] == "x" && line["logger"] == "apus.audit")
    }
}
