import Glibc

/// The single owner of a kernel file descriptor: closes it when it goes away.
struct FileDescriptor: ~Copyable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        _ = Glibc.close(number)
    }
}
