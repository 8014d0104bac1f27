"""The rules that the cases check: name -> (RFC, section, sentence).

A sentence in quotation marks is the RFC's own, with [...] where something is
left out; the others sum up a paragraph."""

RULES = {}


def section(rfc, number, **sentences):
    for name, sentence in sentences.items():
        assert name not in RULES, name
        RULES[name] = (rfc, number, sentence)


section(6455, "4.1",
        one_request='"The handshake MUST be a valid HTTP request"')
section(6455, "4.2.1",
        abnf='"any violations of the ABNF grammar specified for the components of the handshake, the server MUST '
             'stop processing the client\'s handshake and return an HTTP response with an appropriate error code"',
        order='"the order of the header fields is not important"',
        get='"An HTTP/1.1 or higher GET request"',
        uri='"or an absolute HTTP/HTTPS URI containing the /resource name/"',
        host='"A |Host| header field containing the server\'s authority."',
        upgrade='"An |Upgrade| header field containing the value "websocket", treated as an ASCII '
                'case-insensitive value."',
        connection='"A |Connection| header field that includes the token "Upgrade", treated as an ASCII '
                   'case-insensitive value."',
        key='"A |Sec-WebSocket-Key| header field with a base64-encoded [...] value that, when decoded, is 16 bytes '
            'in length."',
        version13='"A |Sec-WebSocket-Version| header field, with a value of 13."',
        no_origin='"Optionally, an |Origin| header field."',
        protocols='"Optionally, a |Sec-WebSocket-Protocol| header field, with a list of values indicating which '
                  'protocols the client would like to speak, ordered by preference."',
        unknown='"Unknown header fields are ignored"')
section(6455, "4.2.2",
        origin='"If the server does not wish to accept this connection, it MUST return an appropriate HTTP error '
               'code (e.g., 403 Forbidden)"',
        version='"If this version does not match a version understood by the server, the server MUST abort the '
                'WebSocket handshake [...] and instead send an appropriate HTTP error code"',
        resource='"If the requested service is not available, the server MUST send an appropriate HTTP error code '
                 '(such as 404 Not Found)"',
        subprotocol='"if the server does not wish to agree to one of the suggested subprotocols, it MUST NOT send '
                    'back a |Sec-WebSocket-Protocol| header field in its response"',
        no_extension='"Extensions not listed by the client MUST NOT be listed."',
        status101='"A Status-Line with a 101 response code"',
        upgrade101='"An |Upgrade| header field with value "websocket""',
        connection101='"A |Connection| header field with value "Upgrade"."',
        accept='"concatenating /key/, [...] with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", taking the '
               'SHA-1 hash of this concatenated value to obtain a 20-byte value and base64-encoding"')
section(6455, "4.3",
        protocol_abnf='"Sec-WebSocket-Protocol-Client = 1#token"',
        extension_abnf='"extension-list = 1#extension"',
        version_abnf='"Limited to 0-255 range, with no leading zeros"')
section(6455, "4.4",
        versions='"it MUST respond with a |Sec-WebSocket-Version| header field [...] containing all versions it is '
                 'willing to use"')
section(6455, "5.1",
        unmasked='"The server MUST close the connection upon receiving a frame that is not masked."',
        server_mask='"A server MUST NOT mask any frames that it sends to the client."')
section(6455, "5.2",
        rsv='"If a nonzero value is received and none of the negotiated extensions defines the meaning of such a '
            'nonzero value, the receiving endpoint MUST _Fail the WebSocket Connection_."',
        opcode='"If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."',
        length='"if 0-125, that is the payload length. If 126, the following 2 bytes interpreted as a 16-bit '
               'unsigned integer are the payload length. If 127, the following 8 bytes"',
        minimal='"in all cases, the minimal number of bytes MUST be used to encode the length"',
        msb='"a 64-bit unsigned integer (the most significant bit MUST be 0)"',
        order_of_bytes='"Multibyte length quantities are expressed in network byte order."',
        segments='"transmitted using a sequence of frames": TCP\'s segments mean nothing (5.1)')
section(6455, "5.3",
        mask='"Octet i of the transformed data [...] is the XOR of octet i of the original data [...] with octet at '
             'index i modulo 4 of the masking key"')
section(6455, "5.4",
        fragmented='"A fragmented message is conceptually equivalent to a single larger message whose payload is '
                   'equal to the concatenation of the payloads of the fragments in order"',
        sequence='"a single frame with the FIN bit clear and an opcode other than 0, followed by zero or more '
                 'frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame with the '
                 'FIN bit set and an opcode of 0"',
        control_whole='"Control frames themselves MUST NOT be fragmented."',
        interleaved='"The fragments of one message MUST NOT be interleaved between the fragments of another '
                    'message"',
        control_between='"An endpoint MUST be capable of handling control frames in the middle of a fragmented '
                        'message."',
        any_size='"A sender MAY create fragments of any size for non-control messages."')
section(6455, "5.5",
        control_length='"All control frames MUST have a payload length of 125 bytes or less and MUST NOT be '
                       'fragmented."')
section(6455, "5.5.1",
        close_body='"If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer"',
        close_reason='"Following the 2-byte integer, the body MAY contain UTF-8-encoded data with value /reason/"',
        close_answer='"If an endpoint receives a Close frame and did not previously send a Close frame, the '
                     'endpoint MUST send a Close frame in response. (When sending a Close frame in response, the '
                     'endpoint typically echos the status code it received.)"',
        close_last='"The application MUST NOT send any more data frames after sending a Close frame."',
        close_tcp='"The server MUST close the underlying TCP connection immediately"')
section(6455, "5.5.2",
        ping='"Upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it already '
             'received a Close frame."')
section(6455, "5.5.3",
        pong_same='"A Pong frame sent in response to a Ping frame must have identical "Application data" as found '
                  'in the message body of the Ping frame being replied to."',
        pong_latest='"the endpoint MAY elect to send a Pong frame for only the most recently processed Ping frame"',
        pong_alone='"A response to an unsolicited Pong frame is not expected."')
section(6455, "5.6",
        text_frame='"a particular text frame might include a partial UTF-8 sequence; however, the whole message '
                   'MUST contain valid UTF-8"',
        binary_frame='"The "Payload data" is arbitrary binary data whose interpretation is solely up to the '
                     'application layer."')
section(6455, "5.7",
        examples="the frames of the examples")
section(6455, "5.8",
        negotiated='"The endpoints of a connection MUST negotiate the use of any extensions during the opening '
                   'handshake."')
section(6455, "6.1",
        send_type='"The opcode (frame-opcode) of the first frame containing the data MUST be set to the '
                  'appropriate value"',
        send_fin='"The FIN bit (frame-fin) of the last frame containing the data MUST be set to 1"')
section(6455, "6.2",
        receive='"Incoming data MUST be parsed as WebSocket frames"',
        receive_type='"/type/ (noted from the first frame of the fragmented message)"',
        receive_next='"Subsequent data frames MUST be interpreted as belonging to a new WebSocket message."',
        unmask='"A server MUST remove masking for data frames received from a client"')
section(6455, "7.1.1",
        server_first='"The underlying TCP connection, in most normal cases, SHOULD be closed first by the server"',
        trailing='"discarding any trailing bytes that may have been received"')
section(6455, "7.1.3",
        closing='"Upon either sending or receiving a Close control frame, it is said that _The WebSocket Closing '
                'Handshake is Started_"')
section(6455, "7.1.4",
        lost="the end of TCP without a Close is the end of the connection")
section(6455, "7.1.7",
        fail='"An endpoint MUST NOT continue to attempt to process data (including a responding Close frame) from '
             'the remote endpoint after being instructed to _Fail the WebSocket Connection_."')
section(6455, "7.4.1",
        defined='"Endpoints MAY use the following pre-defined status codes when sending a Close frame."',
        reserved='"is a reserved value and MUST NOT be set as a status code in a Close control frame by an '
                 'endpoint"')
section(6455, "7.4.2",
        ranges='"Status codes in the range 0-999 are not used.", 1000-2999 "are reserved for definition by this '
               'protocol", 3000-3999 "are reserved for use by libraries, frameworks, and applications", 4000-4999 '
               '"are reserved for private use"')
section(6455, "8.1",
        utf8='"When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in '
             'fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_."',
        utf8_ok="what RFC 3629 allows is a valid stream",
        utf8_soon="the byte that proves a stream wrong is enough: the rest of the message is not awaited",
        utf8_parts="a character may be cut by fragments and by segments")
section(6455, "10.4",
        sizes="messages of every size and cut up to the limit that the server states are echoed byte for byte")

section(7692, "5.1",
        preference='"It is recommended that a server accepts PMCEs with higher preference if the server supports '
                   'them."',
        other_ext="what the server does not know it declines, and goes on")
section(7692, "6.1",
        rsv1_first='"An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames and non-first '
                   'fragments of a data message."',
        plain_too="a message whose bit is not set is not compressed, after negotiation too",
        deflate_control="control frames may come between the fragments of a compressed message")
section(7692, "7",
        decline='"A server MUST decline an extension negotiation offer for this extension if any of the following '
                'conditions are met"',
        answer="the response holds each parameter once, with a value that the RFC defines")
section(7692, "7.1.1.1",
        server_takeover='"A server accepts an extension negotiation offer that includes the '
                        '"server_no_context_takeover" extension parameter by including the '
                        '"server_no_context_takeover" extension parameter in the corresponding extension '
                        'negotiation response"')
section(7692, "7.1.1.2",
        client_takeover="without client_no_context_takeover in the response the client's window goes on over "
                        "messages; with it every message starts afresh")
section(7692, "7.1.2.1",
        server_bits='"A server accepts an extension negotiation offer with this parameter by including the '
                    '"server_max_window_bits" extension parameter in the extension negotiation response [...] with '
                    'the same or smaller value as the offer."')
section(7692, "7.1.2.2",
        client_bits='"If a received extension negotiation offer doesn\'t have the "client_max_window_bits" '
                    'extension parameter, the corresponding extension negotiation response to the offer MUST NOT '
                    'include the "client_max_window_bits" extension parameter."')
section(7692, "7.1",
        matrix="every window and takeover combination works both ways, within the windows agreed")
section(7692, "7.2.1",
        compress="what the server compresses is DEFLATE without its last 00 00 ff ff, and inflates to the message")
section(7692, "7.2.2",
        decompress="00 00 ff ff is appended to the payload of the message, then it is inflated",
        broken="what is not DEFLATE fails the connection")
section(7692, "7.2.3",
        deflate_examples="the examples of 7.2.3.1 to 7.2.3.6")
section(7692, "8",
        bomb="the size of a message is what it inflates to")
