--TEST--
doctor(): one line for each thing that serving needs, never an exception; what is wrong comes with what to do
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip valgrind keeps the limit of open files as it is'); ?>
--FILE--
<?php
function doctor(mixed ...$arguments): void
{
    foreach (Chatroom::doctor(...$arguments) as $line) {
        if (preg_match('/^(?:ok|warning): (?:up to \d+ |at most \d+ )?(PHP|libevent|json-c|zlib|OpenSSL|files|backlog)\b/', $line, $match)) {
            $ok[$match[1]] = true; // how it is, is this machine's affair
        } else {
            echo preg_replace('/(127\.0\.0\.1):\d{4,5}/', '$1:PORT', $line), "\n";
        }
    }
    unset($ok['backlog']);
    echo '-- ', implode(', ', array_keys($ok)), "\n";
}
doctor('ws://127.0.0.1:0');
$taken = stream_socket_server('tcp://127.0.0.1:0');
doctor('ws://' . stream_socket_get_name($taken, false));
doctor('ws://192.0.2.1:80'); // the port is not what is wrong with it
doctor('ws://0.0.0.0:0', ['max_connections' => 10000000]);
doctor('unix:///nowhere/chatroom.sock');
doctor('unix://' . ($socket = '/tmp/chatroom-doctor-test'));
var_dump(file_exists($socket));
doctor('http://127.0.0.1');
doctor('wss://127.0.0.1:0');
doctor('wss://127.0.0.1:0', ['tls' => ['cert' => '/nowhere/cert.pem']]);
doctor(options: ['orgins' => []]);
doctor(options: ['presence' => 1]);
$few = 'exec ' . (getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY) . ' ' . getenv('TEST_PHP_EXTRA_ARGS')
    . ' -r ' . escapeshellarg('echo implode(preg_grep("/files/", Chatroom::doctor("ws://127.0.0.1:0"))), "\n";');
passthru("ulimit -n 500; $few");
?>
--EXPECT--
ok: ws://127.0.0.1:0/ws can be bound
-- PHP, libevent, json-c, zlib, OpenSSL, files
error: ws://127.0.0.1:PORT/ws cannot be bound: cannot listen on 127.0.0.1:PORT: Address already in use.
-- PHP, libevent, json-c, zlib, OpenSSL, files
error: ws://192.0.2.1:80/ws cannot be bound: cannot listen on 192.0.2.1:80: Cannot assign requested address.
warning: ws://192.0.2.1:80/ws is reachable from elsewhere and not encrypted: use wss://, or a proxy with TLS in front
-- PHP, libevent, json-c, zlib, OpenSSL, files
warning: max_connections is 10000000, which the limit of open files does not allow
ok: ws://0.0.0.0:0/ws can be bound
warning: ws://0.0.0.0:0/ws is reachable from elsewhere and not encrypted: use wss://, or a proxy with TLS in front
-- PHP, libevent, json-c, zlib, OpenSSL, files
error: unix:///nowhere/chatroom.sock cannot be bound: cannot listen on unix socket /nowhere/chatroom.sock: No such file or directory.
-- PHP, libevent, json-c, zlib, OpenSSL, files
ok: unix:///tmp/chatroom-doctor-test can be bound
-- PHP, libevent, json-c, zlib, OpenSSL, files
bool(false)
error: Chatroom::__construct(): Argument #1 ($url) must begin with ws://, wss:// or unix://
-- PHP
error: Chatroom::__construct(): Argument #1 ($url) begins with wss:// and needs TLS settings, at least a certificate
-- PHP
error: cannot read the certificate /nowhere/cert.pem: No such file or directory
-- PHP
error: unknown option "orgins", did you mean "origins"?
-- PHP
error: option "presence" must be of type bool, int given
-- PHP
warning: at most 500 files may be open, so it holds about 436 clients. For more: LimitNOFILE=1048576 in the systemd unit, or ulimit -Hn as root.
