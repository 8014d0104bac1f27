--TEST--
wss://: every wrong setting, and every certificate that cannot be used, is named before anything is served
--EXTENSIONS--
chatroom
--SKIPIF--
<?php require __DIR__ . "/skip.inc"; ?>
--FILE--
<?php
require __DIR__ . "/../inc/server.inc";
require __DIR__ . "/certs.inc";
make_cert('one');
make_cert('two');
make_cert('old', days: 0);
make_cert('locked', passphrase: 'secret');
$folder = folder();
file_put_contents("$folder/junk", 'junk');
function with(array $tls, string $url = 'wss://127.0.0.1:0'): void
{
    fails(fn () => (new Chatroom('ws://127.0.0.1:0'))->listen($url, $tls));
}
$one = pair('one');
fails(fn () => new Chatroom('wss://127.0.0.1:0'));
fails(fn () => new Chatroom('wss://127.0.0.1:0', ['tls' => 'one.crt']));
fails(fn () => new Chatroom('wss://127.0.0.1:0', ['tls' => []]));
fails(fn () => new Chatroom('wss://127.0.0.1:0', ['tls' => ['cert' => "$folder/none"]]));
with($one, 'ws://127.0.0.1:0');
with(['crt' => 'x']);
with(['x']);
with([-5 => 'x']);
with(['key' => 'x']);
with(['cert' => 5]);
with(['cert' => '']);
with($one + ['passphrase' => 5]);
with($one + ['min_version' => '1.1']);
with($one + ['min_version' => "1.3\0"]);
with($one + ['verify_peer' => "required\0d"]);
with($one + ['verify_peer' => 'required']);
with($one + ['verify_peer' => 'none']);
with($one + ['ca' => "$folder/junk"]);
with($one + ['sni' => ['a b' => 'x']]);
with($one + ['sni' => ['x']]);
with($one + ['sni' => ['a' => ['x']]]);
with($one + ['sni' => ['a' => array_values(pair('old'))]]);
with(['cert' => "$folder/none.crt"]);
with(['cert' => $folder]);
with(['cert' => "$folder/junk"]);
with(['cert' => "$folder/one.crt"]);
with(['cert' => "$folder/one.crt", 'key' => "$folder/none.key"]);
with(['cert' => "$folder/one.crt", 'key' => "$folder/junk"]);
with(['cert' => "$folder/one.crt", 'key' => "$folder/two.key"]);
with(pair('locked'));
with(pair('locked') + ['passphrase' => 'wrong']);
with(pair('locked') + ['passphrase' => 'secret']);
fails(function () { (new Chatroom('ws://127.0.0.1:0'))->listen('wss://127.0.0.1:0', pair('old')); });
$chat = new Chatroom('wss://127.0.0.1:0', ['tls' => $one, 'log' => null]);
chdir('/');
$chat->listen('wss://127.0.0.1:0');
unlink("$folder/one.crt");
fails(fn () => $chat->reloadTls());
fails(fn () => $chat->run());
?>
--EXPECTF--
ValueError: Chatroom::__construct(): Argument #1 ($url) begins with wss:// and needs TLS settings, at least a certificate
TypeError: option "tls" must be of type array, string given
ValueError: tls key "cert" is missing: the path of a PEM file with the certificate
Chatroom\Exception: cannot read the certificate FOLDER/none: No such file or directory
ValueError: Chatroom::listen(): Argument #1 ($url) must begin with wss:// to go with TLS settings
ValueError: unknown tls key "crt", did you mean "cert"?
ValueError: unknown tls key 0, tls keys have names
ValueError: unknown tls key -5, tls keys have names
ValueError: tls key "cert" is missing: the path of a PEM file with the certificate
TypeError: tls key "cert" must be of type string, int given
ValueError: tls key "cert" must be the path of a PEM file
TypeError: tls key "passphrase" must be of type string, int given
ValueError: tls key "min_version" must be "1.2" or "1.3"
ValueError: tls key "min_version" must be "1.2" or "1.3"
ValueError: tls key "verify_peer" must be "optional" or "required"
ValueError: tls key "verify_peer" needs "ca": who signs the clients' certificates
ValueError: tls key "verify_peer" must be "optional" or "required"
Chatroom\Exception: the file FOLDER/junk holds no usable CA certificate in PEM form (%s)
ValueError: tls key "sni" must have host names as keys, such as example.com or *.example.com
ValueError: tls key "sni" must have host names as keys, such as example.com or *.example.com
ValueError: tls key "sni": "a" must have [cert, key], or the path of a file with both
Chatroom\Exception: the certificate FOLDER/old.crt has expired on 20%s UTC
Chatroom\Exception: cannot read the certificate FOLDER/none.crt: No such file or directory
Chatroom\Exception: cannot read the certificate FOLDER: not a file
Chatroom\Exception: the file FOLDER/junk holds no usable certificate in PEM form (%s)
Chatroom\Exception: the file FOLDER/one.crt holds no private key in PEM form
Chatroom\Exception: cannot read the key FOLDER/none.key: No such file or directory
Chatroom\Exception: the file FOLDER/junk holds no private key in PEM form
Chatroom\Exception: the key FOLDER/two.key does not belong to the certificate FOLDER/one.crt
Chatroom\Exception: the key FOLDER/locked.key is encrypted and there is no passphrase
Chatroom\Exception: the key FOLDER/locked.key is encrypted and the passphrase does not open it
no exception
Chatroom\Exception: the certificate FOLDER/old.crt has expired on 20%s UTC
Chatroom\Exception: cannot read the certificate FOLDER/one.crt: No such file or directory
Chatroom\Exception: cannot read the certificate FOLDER/one.crt: No such file or directory
