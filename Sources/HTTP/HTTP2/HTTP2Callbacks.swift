import CNghttp2

/// nghttp2's callbacks: each turns pointers into values and passes them to the `HTTP2Streams` of the session.
enum HTTP2Callbacks {
    /// A new server session that reports to `streams`, which must outlive it.
    static func makeSession(_ streams: HTTP2Streams) -> OpaquePointer {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        var session: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        nghttp2_option_new(&option)
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(option)
        }
        setInput(callbacks)
        setOutput(callbacks)
        nghttp2_option_set_no_auto_window_update(option, 1)
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_session_server_new2(&session, callbacks, Unmanaged.passUnretained(streams).toOpaque(), option)
        guard let session else { preconditionFailure("no memory for an HTTP/2 session") }
        return session
    }

    private static func setInput(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, owner in
            if let header { streams(owner)?.frameBegan(type: header.pointee.type, length: header.pointee.length) }
            return 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, owner in
            if let frame { streams(owner)?.headBegan(frame.pointee.hd.stream_id) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, owner in
            guard let frame, let state = streams(owner) else { return 0 }
            return state.field(
                frame.pointee.hd.stream_id,
                String(decoding: UnsafeBufferPointer(start: name, count: nameCount), as: UTF8.self),
                String(decoding: UnsafeBufferPointer(start: value, count: valueCount), as: UTF8.self))
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, owner in
            guard let header = frame?.pointee.hd, let state = streams(owner) else { return 0 }
            let endsStream = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
            switch UInt32(header.type) {
            case NGHTTP2_HEADERS.rawValue: state.headEnded(header.stream_id, endsStream: endsStream)
            case NGHTTP2_DATA.rawValue: if endsStream { state.end(header.stream_id) }
            default: break
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, owner in
            streams(owner)?.spendControlFrame()
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, count, owner in
            streams(owner)?.data(id, UnsafeBufferPointer(start: bytes, count: count))
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, error, owner in
            streams(owner)?.closed(id, error: error)
            return 0
        }
    }

    private static func setOutput(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { session, frame, owner in
            guard let header = frame?.pointee.hd, let state = streams(owner) else { return 0 }
            let carriesData = [NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue].contains(UInt32(header.type))
            let endsStream = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
            if carriesData, state.sent(header.stream_id, endsStream: endsStream) {
                // RFC 9113, section 8.1.
                nghttp2_submit_rst_stream(session, 0, header.stream_id, NGHTTP2_NO_ERROR.rawValue)
            }
            return 0
        }
    }

    /// Takes a response's body from its stream.
    static let body = nghttp2_data_provider(source: nghttp2_data_source()) {
        session, id, buffer, length, flags, _, owner in
        guard let state = streams(owner),
            let (count, isLast) = state.fill(id, UnsafeMutableRawBufferPointer(start: buffer, count: length))
        else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        guard isLast else { return count }
        flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if let trailers = state.streams[id]?.trailers, !trailers.isEmpty {
            flags?.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            HTTP2Headers(status: nil, trailers).withFields { _ = nghttp2_submit_trailer(session, id, $0, $1) }
        }
        return count
    }
}

private func streams(_ owner: UnsafeMutableRawPointer?) -> HTTP2Streams? {
    owner.map { Unmanaged<HTTP2Streams>.fromOpaque($0).takeUnretainedValue() }
}
