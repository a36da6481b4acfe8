/// The memory of this machine, or of the control group that the process runs in, in bytes.
package struct MachineMemory: Sendable, Hashable {
    /// Physical memory, or the group's limit where that is less.
    package let total: Int
    /// What can be had without swapping; cached file pages count as free.
    package let available: Int
    /// The control group's limit where it is what binds.
    package let groupLimit: Int?

    package init(total: Int, available: Int, groupLimit: Int? = nil) {
        self.total = total
        self.available = min(available, total)
        self.groupLimit = groupLimit
    }

    /// Reads /proc/meminfo and the limits of the control groups (versions 1 and 2) above this process; nil where
    /// there is no /proc. `root` is the folder that holds `proc` and `sys`.
    package static func current(root: String = "") -> MachineMemory? {
        guard let meminfo = text("\(root)/proc/meminfo"), let total = kilobytes("MemTotal:", in: meminfo) else {
            return nil
        }
        let available = kilobytes("MemAvailable:", in: meminfo) ?? kilobytes("MemFree:", in: meminfo) ?? 0
        var memory = MachineMemory(total: total, available: available)
        for folder in groupFolders(root: root) {
            guard let limit = limit(of: folder), limit < memory.total || limit - used(in: folder) < memory.available
            else { continue }
            memory = MachineMemory(
                total: min(memory.total, limit), available: max(0, min(memory.available, limit - used(in: folder))),
                groupLimit: limit)
        }
        return memory
    }

    // MARK: Control groups

    /// The folders of the process's memory group and of the groups above it. Inside a container the path may be the
    /// host's, of which only the last part is mounted, so the mount point itself is always among them.
    private static func groupFolders(root: String) -> [String] {
        var folders: [String] = []
        for line in text("\(root)/proc/self/cgroup")?.split(separator: "\n") ?? [] {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let mount: String
            if parts[1].isEmpty {
                mount = "\(root)/sys/fs/cgroup"
            } else if parts[1].split(separator: ",").contains("memory") {
                mount = "\(root)/sys/fs/cgroup/memory"
            } else {
                continue
            }
            var components = parts[2].split(separator: "/")
            while !components.isEmpty {
                folders.append("\(mount)/\(components.joined(separator: "/"))")
                components.removeLast()
            }
            folders.append(mount)
        }
        return folders
    }

    /// Nil where the group is unlimited: version 2 says "max", version 1 a number near 2^63.
    private static func limit(of folder: String) -> Int? {
        let value = text("\(folder)/memory.max") ?? text("\(folder)/memory.limit_in_bytes")
        guard let limit = value.flatMap(number), limit < 1 << 60 else { return nil }
        return limit
    }

    /// Bytes that the group holds, without file pages that the kernel would drop.
    private static func used(in folder: String) -> Int {
        let usage = text("\(folder)/memory.current") ?? text("\(folder)/memory.usage_in_bytes")
        let used = usage.flatMap(number) ?? 0
        var reclaimable = 0
        for line in text("\(folder)/memory.stat")?.split(separator: "\n") ?? [] {
            let fields = line.split(separator: " ")
            if fields.count == 2, fields[0] == "inactive_file" || fields[0] == "active_file" {
                reclaimable += number(fields[1]) ?? 0
            }
        }
        return max(0, used - reclaimable)
    }

    // MARK: Text

    private static func text(_ path: String) -> String? {
        FileSystem.read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }

    private static func kilobytes(_ key: String, in meminfo: String) -> Int? {
        for line in meminfo.split(separator: "\n") where line.hasPrefix(key) {
            let fields = line.dropFirst(key.count).split(separator: " ")
            return fields.first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}
