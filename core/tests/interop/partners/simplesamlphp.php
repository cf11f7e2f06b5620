<?php
// SimpleSAMLphp with its library saml2, a service provider and an identity provider.

declare(strict_types=1);

use SAML2\Assertion;
use SAML2\Certificate\PrivateKeyLoader;
use SAML2\Constants;
use SAML2\DOMDocumentFactory;
use SAML2\Message as Saml2Message;
use SAML2\Response;
use SAML2\XML\saml\Issuer;
use SAML2\XML\saml\NameID;
use SAML2\XML\saml\SubjectConfirmation;
use SAML2\XML\saml\SubjectConfirmationData;
use SimpleSAML\Configuration;
use SimpleSAML\Module\saml\Message;

error_reporting(E_ERROR);
$settings = json_decode(file_get_contents($argv[1]), true);
$parts = parse_url($settings['acs']);
$_SERVER += ['REQUEST_URI' => $parts['path'], 'SCRIPT_NAME' => $parts['path'], 'HTTPS' => 'on', 'SERVER_PORT' => '443'];
$_SERVER['HTTP_HOST'] = $parts['host'];
$_SERVER['SERVER_NAME'] = $parts['host'];
$_SERVER['REQUEST_METHOD'] = 'POST';
putenv('SIMPLESAMLPHP_CONFIG_DIR=' . $settings['simplesamlphp']);
require_once '/usr/share/simplesamlphp/lib/_autoload.php';

function body(string $path): string
{
    return implode('', array_filter(explode("\n", file_get_contents($path)), fn($line) => strncmp($line, '-', 1) !== 0));
}

function metadata(array $settings): array
{
    $idp = Configuration::loadFromArray([
        'entityid' => $settings['idp'],
        'SingleSignOnService' => $settings['sso_url'],
        'keys' => [['type' => 'X509Certificate', 'signing' => true, 'encryption' => false, 'X509Certificate' => body($settings['certificate'])]],
        'privatekey' => $settings['key'],
        'certificate' => $settings['certificate'],
        'sign.authnrequest' => false,
    ], 'idp');
    $sp = Configuration::loadFromArray([
        'entityid' => $settings['sp'],
        'AssertionConsumerService' => $settings['acs'],
        'validate.authnrequest' => false,
        'privatekey' => $settings['sp_key'],
        'certificate' => $settings['sp_certificate'],
    ], 'sp');
    return [$sp, $idp];
}

function consume(array $settings, array $question): array
{
    [$sp, $idp] = metadata($settings);
    // As SAML2\HTTPPost::receive and the page saml2-acs.php do it.
    $document = DOMDocumentFactory::fromString(base64_decode($question['response']));
    $response = Saml2Message::fromXML($document->firstChild);
    if (!$response instanceof Response) {
        return ['error' => 'no Response'];
    }
    $issuer = $response->getIssuer() ?? ($response->getAssertions()[0] ?? null)?->getIssuer();
    if ($issuer === null || $issuer->getValue() !== $settings['idp']) {
        return ['error' => 'another identity provider'];
    }
    if ($response->getInResponseTo() !== $question['in_response_to']) {
        return ['error' => 'answers another request'];
    }
    $assertions = Message::processResponse($sp, $idp, $response);
    $attributes = [];
    foreach ($assertions as $assertion) {
        $attributes = array_merge_recursive($attributes, $assertion->getAttributes());
    }
    return ['name_id' => $assertions[0]->getNameId()->getValue(), 'attributes' => (object) $attributes];
}

function respond(array $settings, array $question): array
{
    [$sp, $idp] = metadata($settings);
    $issuer = new Issuer();
    $issuer->setValue($settings['idp']);
    $assertion = new Assertion();
    $assertion->setIssuer($issuer);
    $assertion->setNotBefore(time() - 30);
    $assertion->setNotOnOrAfter(time() + 300);
    $assertion->setValidAudiences([$settings['sp']]);
    $assertion->setAuthnInstant(time());
    $assertion->setSessionIndex('_session');
    $assertion->setAuthnContextClassRef(Constants::AC_PASSWORD_PROTECTED_TRANSPORT);
    $assertion->setAttributes($question['attributes']);
    $assertion->setAttributeNameFormat(Constants::NAMEFORMAT_BASIC);
    $name = new NameID();
    $name->setValue($question['name_id']);
    $name->setFormat('urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress');
    $assertion->setNameId($name);
    $data = new SubjectConfirmationData();
    $data->setNotOnOrAfter(time() + 300);
    $data->setRecipient($settings['acs']);
    $data->setInResponseTo($question['in_response_to']);
    $confirmation = new SubjectConfirmation();
    $confirmation->setMethod(Constants::CM_BEARER);
    $confirmation->setSubjectConfirmationData($data);
    $assertion->setSubjectConfirmation([$confirmation]);
    if ($question['sign'] !== 'response') {
        Message::addSign($idp, $sp, $assertion);
    }
    $response = new Response();
    $response->setIssuer($issuer);
    $response->setDestination($settings['acs']);
    $response->setInResponseTo($question['in_response_to']);
    $response->setAssertions([$assertion]);
    if ($question['sign'] !== 'assertion') {
        Message::addSign($idp, $sp, $response);
    }
    $xml = $question['sign'] === 'assertion' ? $response->toUnsignedXML() : $response->toSignedXML();
    return ['response' => base64_encode($xml->ownerDocument->saveXML($xml))];
}

function request(array $settings): array
{
    [$sp, $idp] = metadata($settings);
    $request = Message::buildAuthnRequest($sp, $idp);
    $request->setAssertionConsumerServiceURL($settings['acs']);
    $request->setDestination($settings['sso_url']);
    $xml = $request->toUnsignedXML();
    $query = 'SAMLRequest=' . urlencode(base64_encode(gzdeflate($xml->ownerDocument->saveXML($xml))));
    return ['id' => $request->getId(), 'query' => $query];
}

function accept(array $settings, array $question): array
{
    [$sp, $idp] = metadata($settings);
    parse_str($question['query'], $query);
    $document = DOMDocumentFactory::fromString(gzinflate(base64_decode($query['SAMLRequest'])));
    $request = Saml2Message::fromXML($document->firstChild);
    Message::validateMessage($sp, $idp, $request);
    return ['id' => $request->getId(), 'acs' => $request->getAssertionConsumerServiceURL()];
}

while (($line = fgets(STDIN)) !== false) {
    $question = json_decode($line, true);
    try {
        $answer = $question['do']($settings, $question);
    } catch (\Throwable $error) {
        $answer = ['error' => substr(get_class($error) . ': ' . $error->getMessage(), 0, 300)];
    }
    echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
