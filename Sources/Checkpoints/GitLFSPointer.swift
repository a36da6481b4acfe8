/// The small text that git leaves in place of a large file when Git LFS is not installed.
enum GitLFSPointer {
    private static let prefix: StaticString = "version https://git-lfs"

    static func isPointer(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { prefix in
            for index in prefix.indices where bytes[index] != prefix[index] { return false }
            return true
        }
    }

    static func error(file: String) -> CheckpointError {
        CheckpointError(
            file: file, problem: "is a Git LFS pointer, not the file itself",
            remedy: "Run `git lfs install` and `git lfs pull` in the folder, or download the file from its repository.")
    }
}
