internal import JSON

/// DeepSeek's /user/balance: a server of one's own has no account, and every call is paid for.
package enum BalanceResponse {
    package static let body: [UInt8] = {
        var writer = JSONWriter()
        writer.value([
            "is_available": true,
            "balance_infos": [
                ["currency": "USD", "total_balance": "0.00", "granted_balance": "0.00", "topped_up_balance": "0.00"]
            ],
        ])
        return writer.bytes
    }()
}
