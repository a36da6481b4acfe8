package import Compute

extension PagedMemory: KeyValueCache {}
