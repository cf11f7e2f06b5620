# ruby-saml (SAML-Toolkits), a service provider.

require "json"
require "logger"
require "onelogin/ruby-saml"

OneLogin::RubySaml::Logging.logger = Logger.new($stderr)

settings = JSON.parse(File.read(ARGV[0]))

toolkit = OneLogin::RubySaml::Settings.new
toolkit.soft = true
toolkit.sp_entity_id = settings["sp"]
toolkit.assertion_consumer_service_url = settings["acs"]
toolkit.idp_entity_id = settings["idp"]
toolkit.idp_sso_service_url = settings["sso_url"]
toolkit.idp_cert = File.read(settings["certificate"])
toolkit.certificate = File.read(settings["sp_certificate"])
toolkit.private_key = File.read(settings["sp_key"])

$stdin.each_line do |line|
  question = JSON.parse(line)
  begin
    answer =
      if question["do"] == "consume"
        options = { settings: toolkit, matches_request_id: question["in_response_to"] }
        options.delete(:matches_request_id) unless question["in_response_to"]
        response = OneLogin::RubySaml::Response.new(question["response"], options)
        if !response.is_valid?
          { error: response.errors.join("; ") }
        elsif response.in_response_to != question["in_response_to"]
          { error: "answers another request" }
        else
          attributes = response.attributes.all.to_h { |name, values| [name, values] }
          { name_id: response.name_id, attributes: attributes }
        end
      else
        request = OneLogin::RubySaml::Authrequest.new
        url = request.create(toolkit)
        { id: request.uuid, query: url.split("?", 2)[1] }
      end
  rescue Exception => error
    answer = { error: "#{error.class}: #{error.message}"[0, 300] }
  end
  puts JSON.generate(answer)
  $stdout.flush
end
