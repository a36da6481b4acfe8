internal import JSON

/// The Python that runs a model's Python on one test. The expected output stays outside.
enum SolutionRunner {
    /// Standard input for one test of a program: the length of a request, the request, and what the program reads.
    static func input(code: String, test: String) -> [UInt8] {
        framed(["code": .string(code)]) + Array(test.utf8)
    }

    /// Standard input for one test of a function, whose result becomes the output, as JSON.
    static func input(code: String, function: String, arguments: [JSONValue]) -> [UInt8] {
        framed(["code": .string(code), "function": .string(function), "arguments": .array(arguments)])
    }

    private static func framed(_ request: JSONValue) -> [UInt8] {
        let bytes = Array(request.serialized().utf8)
        return Array("\(bytes.count)\n".utf8) + bytes
    }

    /// LiveCodeBench lets programs use these modules without importing them.
    static let source = """
        import json, os, sys

        def read(count):
            data = b""
            while len(data) < count:
                data += os.read(0, count - len(data))
            return data

        length = b""
        while not length.endswith(b"\\n"):
            length += os.read(0, 1)
        request = json.loads(read(int(length)))
        modules = ("string re datetime collections heapq bisect copy math random statistics itertools functools operator "
                   "io sys json builtins typing").split()
        names = {"__name__": "solution" if "function" in request else "__main__"}
        exec("".join(f"from {name} import *\\n" for name in modules), names)
        exec("".join(f"import {name}\\n" for name in modules), names)
        sys.setrecursionlimit(50000)
        if "function" in request:
            results = os.fdopen(os.dup(1), "w")
            os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        code = compile(request["code"], "solution.py", "exec")
        try:
            exec(code, names)
        except SystemExit:
            if "function" in request:
                raise
        if "function" in request:
            function = request["function"]
            owner = names["Solution"]() if "Solution" in names else None
            call = getattr(owner, function) if owner is not None else names[function]
            json.dump(call(*request["arguments"]), results)
            results.flush()
        """
}
