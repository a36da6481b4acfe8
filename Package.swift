// swift-tools-version: 6.3

import PackageDescription

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let deques: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["apus"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    ],
    targets: [
        // MARK: System libraries and C

        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CUTF8Proc", providers: [.apt(["libutf8proc-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CBuiltinModel", exclude: ["model", "training"]),
        .target(name: "CKernels"),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CPage", exclude: ["math-font.py", "page", "screenshot.png"]),
        .target(name: "CTextModels", exclude: ["APACHE-2.0.txt", "README.md", "make.py", "model"]),

        // MARK: Text

        .target(name: "JSON"),
        .target(name: "Jinja", dependencies: ["JSON"]),
        .target(name: "Tokenization", dependencies: ["CPCRE2", "CUTF8Proc", "JSON"]),
        .target(name: "Grammar", dependencies: ["JSON", "Tokenization"]),

        // MARK: Model runtime

        .target(name: "Checkpoints", dependencies: ["CBuiltinModel", "CLinux", "JSON"]),
        .target(name: "Compute", dependencies: ["CKernels", "CLinux", "COpenBLAS"]),
        .target(name: "Models", dependencies: ["Checkpoints", "Compute", "JSON"]),
        .target(name: "Engine", dependencies: ["CLinux", "Compute", "Grammar", "Models", deques, logging]),

        // MARK: Network

        .target(name: "Sockets", dependencies: ["CLinux", "COpenSSL", logging]),
        .target(name: "HTTP", dependencies: ["CNghttp2", "CZlib", "CZstd", "Sockets", logging]),

        // MARK: Service

        .target(name: "Telemetry", dependencies: ["JSON", logging]),
        .target(name: "OpenAI", dependencies: ["Engine", "Grammar", "JSON", "Jinja", "Tokenization"]),
        .target(
            name: "Service",
            dependencies: [
                "CLinux", "COpenSSL", "CPage", "CYAML", "Checkpoints", "Compute", "Engine", "HTTP", "JSON", "Models",
                "OpenAI",
                "Sockets", "Telemetry", "Tokenization", logging,
            ]),
        .target(
            name: "Evaluation",
            dependencies: [
                "CLinux", "CPCRE2", "CTextModels", "CZlib", "HTTP", "JSON", "Sockets",
                .product(name: "BigInt", package: "BigInt"),
                .product(name: "ComplexModule", package: "swift-numerics"),
            ]),
        .target(
            name: "Benchmarks",
            dependencies: ["Checkpoints", "Compute", "Engine", "HTTP", "JSON", "Models", "OpenAI", "Service"]),
        .target(name: "Terminal", dependencies: ["CLinux", "CUTF8Proc"]),
        .target(name: "TerminalChat", dependencies: ["HTTP", "JSON", "Terminal"]),
        .executableTarget(
            name: "apus",
            dependencies: [
                "Benchmarks", "Checkpoints", "Compute", "Engine", "Evaluation", "HTTP", "JSON", "Models",
                "OpenAI", "Service", "Sockets", "Telemetry", "Terminal", "TerminalChat", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // MARK: Tests

        .testTarget(name: "BenchmarksTests", dependencies: ["Benchmarks", "JSON"]),
        .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "JSON"], exclude: ["Fixtures"]),
        .testTarget(name: "ComputeTests", dependencies: ["Compute", "CKernels"], exclude: ["Fixtures"]),
        .testTarget(name: "EngineTests", dependencies: ["Checkpoints", "Compute", "Engine", "Grammar", "Models"]),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "HTTP", "JSON", "Sockets", logging],
            exclude: ["Fixtures"]),
        .testTarget(name: "GrammarTests", dependencies: ["Grammar", "JSON", "Tokenization"], exclude: ["Fixtures"]),
        .testTarget(name: "HTTPTests", dependencies: ["CNghttp2", "HTTP", "Sockets", logging]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "JinjaTests", dependencies: ["Jinja", "JSON"], exclude: ["Fixtures"]),
        .testTarget(
            name: "ModelsTests", dependencies: ["Models", "Checkpoints", "Compute", "JSON"], exclude: ["Fixtures"]),
        .testTarget(name: "SocketsTests", dependencies: ["COpenSSL", "Sockets"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "JSON", logging]),
        .testTarget(
            name: "OpenAITests",
            dependencies: ["Models", "Engine", "Grammar", "JSON", "Jinja", "OpenAI", "Tokenization"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "ServiceTests",
            dependencies: ["HTTP", "JSON", "OpenAI", "Service", "Sockets", "Checkpoints", "Tokenization", logging]),
        .testTarget(name: "TerminalChatTests", dependencies: ["JSON", "TerminalChat"]),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal"]),
        .testTarget(
            name: "TokenizationTests", dependencies: ["Tokenization", "JSON"], exclude: ["Fixtures"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)

// config/fuzz and config/sanitize build no more than they run.
if let wanted = Context.environment["APUS_TARGETS"] {
    // libFuzzer brings the program's entry, so that ordinary builds must not see this target.
    package.targets.append(
        .executableTarget(
            name: "Fuzzers",
            dependencies: ["Checkpoints", "Engine", "Grammar", "HTTP", "JSON", "Jinja", "OpenAI", "Tokenization"],
            path: "Tests/Fuzzers", exclude: ["Corpus"]))
    var names = Set(wanted.split(separator: " ").map(String.init))
    var count = 0
    while count < names.count {
        count = names.count
        for case .byNameItem(let name, _) in package.targets.filter({ names.contains($0.name) }).flatMap(\.dependencies)
        {
            names.insert(name)
        }
    }
    package.targets.removeAll { !names.contains($0.name) }
    package.products = []
}

for target in package.targets {
    switch target.type {
    case .regular where target.name.hasPrefix("C") && !["Checkpoints", "Compute"].contains(target.name):
        // A debug build runs the model tests too: unoptimised kernels would make them minutes long. Fuzzers run none, and
        // the compiler takes minutes to vectorise what a sanitizer checks.
        let isForFuzzers = package.targets.contains { $0.name == "Fuzzers" }
        let isChecked = Context.environment["APUS_TARGETS"] != nil
        let flags = isForFuzzers ? ["-O0"] : isChecked ? ["-O1", "-Wno-pass-failed"] : ["-O3"]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error), .unsafeFlags(flags)]
    case .regular, .executable, .test:
        target.swiftSettings = [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableExperimentalFeature("Lifetimes"),
            .treatAllWarnings(as: .error),
            .treatWarning("DeprecatedDeclaration", as: .warning),
        ]
    default:
        break
    }
}
