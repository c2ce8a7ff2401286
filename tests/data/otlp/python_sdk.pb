
∫
◊
"
telemetry.sdk.language
python
%
telemetry.sdk.name
opentelemetry
!
telemetry.sdk.version
1.45.2
=
service.instance.id&
$7876d565-45c5-4810-8e13-052254e9f5ba

service.name
shop

tenant
acme›

	shop.auth1.2.3∆	ΩqÀ’∆è	INFO*
a one-time password was sent2
challenge.id
c-12
challenge.factor
sms2
challenge.attempt2
user.id
u-772
client.address
	192.0.2.72$
user_agent.original
Mozilla/5.02

session.id
s-12
shop.basket2
shop.otp.code
4938272
tags*


a

bYΩqÀ’∆èbchallenge.sent